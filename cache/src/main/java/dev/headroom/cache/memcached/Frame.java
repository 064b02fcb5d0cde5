package dev.headroom.cache.memcached;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an item: {@code V}, how many seconds of its time to live are staleness, the value; or, in classic mode, {@code L} with a nonce for a
 * lease, perhaps followed by the frame of the value that is being replaced, and {@code T} with a nonce for a tombstone. No bytes at all are a lease of
 * meta mode.
 */
@SuppressWarnings("ArrayRecordComponent") // a view of what came over the wire, never compared
record Frame(Kind kind, @Nullable UUID nonce, int staleSeconds, byte @Nullable [] value) {
    private static final int VALUE_HEAD = 5;
    private static final int NONCE_HEAD = 17;
    private static final Frame UNKNOWN = new Frame(Kind.UNKNOWN, null, 0, null);

    /** What an item is. */
    enum Kind {
        VALUE,
        LEASE,
        TOMBSTONE,
        /** Written by something else: to be replaced. */
        UNKNOWN
    }

    static byte[] value(byte[] value, int staleSeconds) {
        return ByteBuffer.allocate(VALUE_HEAD + value.length)
                .put((byte) 'V')
                .putInt(staleSeconds)
                .put(value)
                .array();
    }

    static byte[] lease(UUID nonce, byte[] replaced) {
        return nonced('L', nonce, replaced);
    }

    static byte[] tombstone() {
        return nonced('T', UUID.randomUUID(), new byte[0]);
    }

    private static byte[] nonced(char kind, UUID nonce, byte[] rest) {
        return ByteBuffer.allocate(NONCE_HEAD + rest.length)
                .put((byte) kind)
                .putLong(nonce.getMostSignificantBits())
                .putLong(nonce.getLeastSignificantBits())
                .put(rest)
                .array();
    }

    static Frame of(byte[] item) {
        if (item.length == 0) {
            return new Frame(Kind.LEASE, null, 0, null);
        }
        ByteBuffer from = ByteBuffer.wrap(item, 1, item.length - 1);
        return switch (item[0]) {
            case 'V' ->
                item.length < VALUE_HEAD
                        ? UNKNOWN
                        : new Frame(Kind.VALUE, null, from.getInt(), Arrays.copyOfRange(item, VALUE_HEAD, item.length));
            case 'L' -> item.length < NONCE_HEAD ? UNKNOWN : leased(item, new UUID(from.getLong(), from.getLong()));
            case 'T' -> new Frame(Kind.TOMBSTONE, null, 0, null);
            default -> UNKNOWN;
        };
    }

    private static Frame leased(byte[] item, UUID nonce) {
        Frame replaced = of(Arrays.copyOfRange(item, NONCE_HEAD, item.length));
        return new Frame(Kind.LEASE, nonce, replaced.staleSeconds, replaced.value);
    }
}
