package dev.headroom;

import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The identity of one request on its way through all services, as in <a href="https://www.w3.org/TR/trace-context/">W3C Trace
 * Context</a>.
 *
 * @param value 32 lower-case hexadecimal digits, not all zero
 * @param spanId this hop's 16 lower-case hexadecimal digits, not all zero
 * @param sampled the trace flag of that name
 */
public record TraceId(String value, String spanId, boolean sampled) {
    private static final Pattern HEADER =
            Pattern.compile("(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?");

    /**
     * Checks the digits.
     *
     * @throws IllegalArgumentException if they are not as the specification has them
     */
    public TraceId {
        if (!isHex(value, 32)) {
            throw new IllegalArgumentException("value: " + value + " (expected: 32 lower-case hex digits, not all 0)");
        }
        if (!isHex(spanId, 16)) {
            throw new IllegalArgumentException(
                    "spanId: " + spanId + " (expected: 16 lower-case hex digits, not all 0)");
        }
    }

    /** A new random trace. */
    public static TraceId random() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return new TraceId(hex(random.nextLong()) + hex(nonZero(random)), hex(nonZero(random)), false);
    }

    /** Reads a {@code traceparent} header; empty when it is absent or not valid. The span is new: this hop's own. */
    public static Optional<TraceId> fromTraceparent(@Nullable String header) {
        if (header == null) {
            return Optional.empty();
        }
        Matcher matcher = HEADER.matcher(header.strip());
        boolean valid = matcher.matches()
                && isHex(matcher.group(2), 32)
                && isHex(matcher.group(3), 16)
                && (matcher.group(5) == null || !matcher.group(1).equals("00"));
        if (!valid) {
            return Optional.empty();
        }
        boolean sampled = (Integer.parseInt(matcher.group(4), 16) & 1) == 1;
        return Optional.of(new TraceId(matcher.group(2), hex(nonZero(ThreadLocalRandom.current())), sampled));
    }

    /** The {@code traceparent} header that tells the next hop of this one. */
    public String traceparent() {
        return "00-" + value + "-" + spanId + (sampled ? "-01" : "-00");
    }

    private static long nonZero(ThreadLocalRandom random) {
        long drawn = random.nextLong();
        return drawn == 0 ? 1 : drawn;
    }

    private static String hex(long bits) {
        String digits = Long.toHexString(bits);
        return digits.length() == 16 ? digits : "0".repeat(16 - digits.length()) + digits;
    }

    /** Whether it has so many lower-case hexadecimal digits, not all zero; without a pattern, as every request and job comes here. */
    private static boolean isHex(String text, int length) {
        boolean zero = true;
        for (int i = 0; i < text.length(); i++) {
            char digit = text.charAt(i);
            if (!(digit >= '0' && digit <= '9' || digit >= 'a' && digit <= 'f')) {
                return false;
            }
            zero &= digit == '0';
        }
        return text.length() == length && !zero;
    }
}
