package dev.headroom.flags.internal;

import java.nio.charset.StandardCharsets;

/**
 * Puts subjects into buckets: FNV-1a (64 bits; Fowler, Noll, Vo) of the identifier, mixed with the flag's seed by the finaliser of
 * SplitMix64 (Steele, Lea, Flood: <em>Fast Splittable Pseudorandom Number Generators</em>, 2014), scaled to 100,000 buckets.
 *
 * <p>Never to be changed: a user would change sides.
 */
public final class Bucketing {
    /** How many buckets there are; one is a thousandth of a per cent. */
    public static final int BUCKETS = 100_000;

    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private Bucketing() {}

    /** The hash of a text's UTF-8 bytes. */
    public static long hash(String text) {
        long hash = FNV_OFFSET;
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xff)) * FNV_PRIME;
        }
        return hash;
    }

    /** The bucket of a subject's hash for a flag's seed. */
    public static int bucket(long seed, long subject) {
        long mixed = mix(subject + mix(seed));
        return (int) Math.multiplyHigh(mixed >>> 1, BUCKETS * 2L);
    }

    private static long mix(long bits) {
        long z = bits + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
