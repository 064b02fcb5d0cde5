package dev.headroom.annotation.internal;

/**
 * A piece of an expression's text.
 *
 * @param kind what it is
 * @param text its characters; of a text literal, what it stands for
 * @param at its first character's position, counted from 1
 */
record Token(Kind kind, String text, int at) {
    enum Kind {
        NAME,
        VARIABLE,
        TEXT,
        NUMBER,
        SYMBOL,
        END
    }

    boolean is(String symbol) {
        return kind == Kind.SYMBOL && text.equals(symbol);
    }

    /** How messages call it. */
    String shown() {
        return switch (kind) {
            case END -> "the end";
            case VARIABLE -> "#" + text;
            default -> text;
        };
    }
}
