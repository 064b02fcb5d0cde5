package dev.headroom.examples.marketplace.web;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Numbers in addresses and forms. */
final class Ids {
    private static final int MOST_DIGITS = 18;

    private Ids() {}

    /** The number at the end of a path. */
    static Optional<Long> last(String path) {
        return parse(path.substring(path.lastIndexOf('/') + 1));
    }

    /** A positive number, empty for anything else. */
    static Optional<Long> parse(@Nullable String text) {
        boolean digits = text != null
                && !text.isEmpty()
                && text.length() <= MOST_DIGITS
                && text.chars().allMatch(c -> c >= '0' && c <= '9');
        return digits ? Optional.of(Long.parseLong(text)) : Optional.empty();
    }
}
