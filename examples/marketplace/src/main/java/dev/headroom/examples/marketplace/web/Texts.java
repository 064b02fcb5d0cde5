package dev.headroom.examples.marketplace.web;

/** What people type. */
final class Texts {
    private Texts() {}

    /** Whether there are characters that are no text, such as NUL, which no database takes. */
    static boolean hasControlCharacters(String typed) {
        return typed.chars().anyMatch(Character::isISOControl);
    }
}
