package dev.headroom.storage;

import dev.headroom.config.ConfigurationException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Arrays;

/**
 * The name of a blob; the same in every store. Not a path: a store decides where it lives.
 *
 * <p>1 to 1,024 bytes of UTF-8 in Unicode's normal form C, made of segments parted by {@code /}; no segment is empty, {@code .} or
 * {@code ..}, and there are no control characters. A key from outside can therefore never leave the store.
 *
 * @param value the key's text
 */
public record BlobKey(String value) implements Comparable<BlobKey> {
    private static final int LONGEST = 1024;

    /**
     * Checks the text.
     *
     * @throws ConfigurationException if it breaks a rule
     */
    public BlobKey {
        if (value == null || !wellFormed(value)) {
            throw new ConfigurationException(
                    "key",
                    value == null ? "null" : "\"" + printable(value) + "\"",
                    "1 to 1024 bytes in segments parted by '/', none empty, '.' or '..', no control characters, normal form C");
        }
    }

    /** The key of this text. */
    public static BlobKey of(String value) {
        return new BlobKey(value);
    }

    /** This key with one more segment, or several. */
    public BlobKey child(String segments) {
        return new BlobKey(value + "/" + segments);
    }

    /** Orders by the UTF-8 bytes, as object stores do. */
    @Override
    public int compareTo(BlobKey other) {
        return Arrays.compareUnsigned(bytes(), other.bytes());
    }

    @Override
    public String toString() {
        return value;
    }

    private byte[] bytes() {
        return value.getBytes(StandardCharsets.UTF_8);
    }

    private static boolean wellFormed(String value) {
        if (value.isEmpty() || value.length() > LONGEST || hasControlOrLoneSurrogate(value)) {
            return false;
        }
        return value.getBytes(StandardCharsets.UTF_8).length <= LONGEST
                && Normalizer.isNormalized(value, Normalizer.Form.NFC)
                && Arrays.stream(value.split("/", -1))
                        .noneMatch(segment -> segment.isEmpty() || segment.equals(".") || segment.equals(".."));
    }

    private static boolean hasControlOrLoneSurrogate(String value) {
        return value.codePoints()
                .anyMatch(c ->
                        Character.isISOControl(c) || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE));
    }

    private static String printable(String value) {
        String shown = value.length() > 80 ? value.substring(0, 80) + "…" : value;
        return shown.replaceAll("[\\p{Cntrl}\\p{Cs}]", "?");
    }
}
