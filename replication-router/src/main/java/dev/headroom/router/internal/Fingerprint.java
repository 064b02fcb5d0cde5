package dev.headroom.router.internal;

/**
 * The shape of a statement: without comments and literals, in lower case, with single spaces, and with lists of parameters cut to one.
 *
 * <p>A scanner, not a parser: it knows strings ({@code '…'}, {@code $tag$…$tag$}), quoted names, comments and numbers, and nothing of
 * what a statement means. What it does not understand it keeps, except that no literal is ever kept: an unfinished string ends with the
 * statement.
 */
final class Fingerprint {
    /** Characters of a shape that are kept. */
    static final int LONGEST = 500;

    private final String sql;
    private final StringBuilder shape;
    private int at;

    private Fingerprint(String sql) {
        this.sql = sql;
        this.shape = new StringBuilder(Math.min(sql.length(), LONGEST + 16));
    }

    /** The shape of a statement. */
    static String of(String sql) {
        return new Fingerprint(sql).scan();
    }

    private String scan() {
        while (at < sql.length() && shape.length() <= LONGEST) {
            next();
        }
        String text = shape.toString().strip();
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST - 1) + "…";
    }

    private void next() {
        char c = sql.charAt(at);
        if (Character.isWhitespace(c)) {
            at++;
            space();
        } else if (sql.startsWith("--", at)) {
            skipTo("\n", 0);
            space();
        } else if (sql.startsWith("/*", at)) {
            skipTo("*/", 2);
            space();
        } else if (c == '\'') {
            string();
            parameter();
        } else if (c == '"' || c == '`') {
            quotedName(c);
        } else if (c == '$' && dollarQuoted()) {
            parameter();
        } else if (c == '?' || (c == '$' && digitAt(at + 1))) {
            at++;
            skipDigits();
            parameter();
        } else if (Character.isDigit(c) && !inWord()) {
            number();
            parameter();
        } else {
            shape.append(Character.toLowerCase(c));
            at++;
        }
    }

    /** White space says something only between words. */
    private void space() {
        if (shape.length() > 0 && shape.charAt(shape.length() - 1) != ' ') {
            shape.append(' ');
        }
    }

    /** In a list only one is kept, and of several rows of values as well. */
    private void parameter() {
        int length = trimmed(shape.length());
        if (endsWith(length, "?,")) {
            shape.setLength(length - 1);
            return;
        }
        if (endsWith(length, "(?),(") || endsWith(length, "(?), (")) {
            shape.setLength(shape.lastIndexOf("(?)") + 2);
            return;
        }
        shape.append('?');
    }

    private int trimmed(int length) {
        int end = length;
        while (end > 0 && shape.charAt(end - 1) == ' ') {
            end--;
        }
        return end;
    }

    private boolean endsWith(int length, String end) {
        int from = length - end.length();
        return from >= 0 && shape.substring(from, length).equals(end);
    }

    private boolean inWord() {
        if (shape.length() == 0) {
            return false;
        }
        char before = shape.charAt(shape.length() - 1);
        return Character.isLetterOrDigit(before) || before == '_';
    }

    private void skipTo(String end, int more) {
        int found = sql.indexOf(end, at + more);
        at = found < 0 ? sql.length() : found + end.length();
    }

    /** A quote is doubled inside; after {@code E} a backslash hides one, and in doubt it does. */
    private void string() {
        boolean escapes = shape.length() > 0 && shape.charAt(shape.length() - 1) == 'e' && !wordBefore();
        at++;
        while (at < sql.length()) {
            char c = sql.charAt(at++);
            if (c == '\\' && escapes) {
                at++;
            } else if (c == '\'') {
                if (at < sql.length() && sql.charAt(at) == '\'') {
                    at++;
                } else {
                    return;
                }
            }
        }
        at = sql.length();
    }

    private boolean wordBefore() {
        return shape.length() > 1 && Character.isLetterOrDigit(shape.charAt(shape.length() - 2));
    }

    private void quotedName(char quote) {
        int end = sql.indexOf(quote, at + 1);
        int to = end < 0 ? sql.length() : end + 1;
        shape.append(sql, at, to);
        at = to;
    }

    /** Whether a dollar-quoted string begins here; if so, it is skipped. */
    private boolean dollarQuoted() {
        int tagEnd = sql.indexOf('$', at + 1);
        if (tagEnd < 0 || inWord() || digitAt(at + 1)) {
            return false;
        }
        String tag = sql.substring(at, tagEnd + 1);
        for (int i = 1; i < tag.length() - 1; i++) {
            if (!Character.isLetterOrDigit(tag.charAt(i)) && tag.charAt(i) != '_') {
                return false;
            }
        }
        int end = sql.indexOf(tag, tagEnd + 1);
        at = end < 0 ? sql.length() : end + tag.length();
        return true;
    }

    private boolean digitAt(int index) {
        return index < sql.length() && Character.isDigit(sql.charAt(index));
    }

    private void skipDigits() {
        while (digitAt(at)) {
            at++;
        }
    }

    /** Digits, a point, an exponent, hexadecimal. */
    private void number() {
        while (at < sql.length()) {
            char c = sql.charAt(at);
            boolean signOfExponent = (c == '+' || c == '-') && "eE".indexOf(sql.charAt(at - 1)) >= 0;
            if (!Character.isLetterOrDigit(c) && c != '.' && c != '_' && !signOfExponent) {
                return;
            }
            at++;
        }
    }
}
