package dev.headroom.memcached;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a meta command, as memcached's protocol text describes it.
 *
 * @param code two letters: {@code VA}, {@code HD}, {@code EN}, {@code NF}, {@code NS}, {@code EX}, {@code MN}
 * @param value the bytes of a {@code VA}, else null; not copied, not to be changed
 * @param flags the returned flags, separated by blanks
 */
@SuppressWarnings("ArrayRecordComponent") // a view of what came over the wire, never compared
public record MetaReply(String code, byte @Nullable [] value, String flags) {
    /** Whether the code is this one. */
    public boolean is(String code) {
        return this.code.equals(code);
    }

    /** Whether the flag was returned. */
    public boolean has(char flag) {
        return at(flag) >= 0;
    }

    /** The number that follows the flag; empty if the flag was not returned. */
    public OptionalLong number(char flag) {
        int at = at(flag);
        if (at < 0) {
            return OptionalLong.empty();
        }
        int end = flags.indexOf(' ', at);
        String text = flags.substring(at + 1, end < 0 ? flags.length() : end);
        return OptionalLong.of(text.startsWith("-") ? Long.parseLong(text) : Long.parseUnsignedLong(text));
    }

    private int at(char flag) {
        for (int at = 0; at >= 0 && at < flags.length(); at = flags.indexOf(' ', at) + 1) {
            if (flags.charAt(at) == flag) {
                return at;
            }
            if (flags.indexOf(' ', at) < 0) {
                return -1;
            }
        }
        return -1;
    }
}
