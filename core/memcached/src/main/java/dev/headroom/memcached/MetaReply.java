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
    private static final int MOST_DIGITS = 20;

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
        return at < 0 ? OptionalLong.empty() : OptionalLong.of(parsed(at + 1));
    }

    /** Digits up to a blank; versions use all 64 bits. */
    private long parsed(int from) {
        boolean negative = from < flags.length() && flags.charAt(from) == '-';
        int at = negative ? from + 1 : from;
        long number = 0;
        int digits = 0;
        for (; at < flags.length() && flags.charAt(at) != ' '; at++, digits++) {
            int digit = flags.charAt(at) - '0';
            if (digit < 0 || digit > 9) {
                throw new NumberFormatException("flags: " + flags + " (expected: a number at " + from + ")");
            }
            number = number * 10 + digit;
        }
        if (digits == 0 || digits > MOST_DIGITS) {
            throw new NumberFormatException("flags: " + flags + " (expected: a number at " + from + ")");
        }
        return negative ? -number : number;
    }

    private int at(char flag) {
        for (int at = 0; at >= 0 && at < flags.length(); ) {
            if (flags.charAt(at) == flag) {
                return at;
            }
            int blank = flags.indexOf(' ', at);
            at = blank < 0 ? -1 : blank + 1;
        }
        return -1;
    }
}
