package dev.headroom.session.internal;

import dev.headroom.codec.Codec;
import dev.headroom.codec.CodecException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Attribute values and their bytes; a value that can't be read is absent, and counted. */
final class AttributeCodec {
    private static final Logger LOG = LoggerFactory.getLogger(AttributeCodec.class);
    private static final Set<Class<?>> IMMUTABLE = Set.of(
            String.class,
            Boolean.class,
            Character.class,
            Byte.class,
            Short.class,
            Integer.class,
            Long.class,
            Float.class,
            Double.class,
            BigDecimal.class,
            BigInteger.class,
            UUID.class);

    private final Codec codec;
    private final Runnable onCorrupt;

    AttributeCodec(Codec codec, Runnable onCorrupt) {
        this.codec = codec;
        this.onCorrupt = onCorrupt;
    }

    /** @throws IllegalArgumentException if the codec does not know the type */
    byte[] encode(String name, Object value) {
        try {
            return codec.encode(value);
        } catch (CodecException unknown) {
            throw new IllegalArgumentException(
                    name + ": " + value.getClass().getName() + " (expected: a type the session's codec was told of; "
                            + unknown.getMessage() + ")",
                    unknown);
        }
    }

    @Nullable Object decode(Slice slice) {
        if (slice.intact()) {
            try {
                return codec.decode(slice.bytes(), Object.class);
            } catch (CodecException unreadable) {
                LOG.warn("session: an attribute can't be read and is taken as absent: {}", unreadable.getMessage());
            }
        } else {
            LOG.warn("session: an attribute's checksum is wrong; it is taken as absent");
        }
        onCorrupt.run();
        return null;
    }

    /**
     * The value's bytes if it was changed in place since it was read from these, else null. Bytes that differ may only be in another order, as
     * hash maps are: then reading and writing the old ones again gives the same.
     */
    byte @Nullable [] changedInPlace(String name, Object value, byte[] read) {
        if (immutable(value)) {
            return null;
        }
        byte[] now = encode(name, value);
        if (Arrays.equals(now, read)) {
            return null;
        }
        Object again = decode(new Slice(0, read));
        return again != null && Arrays.equals(now, encode(name, again)) ? null : now;
    }

    static boolean immutable(Object value) {
        Class<?> type = value.getClass();
        return IMMUTABLE.contains(type)
                || value instanceof Enum<?>
                || type.getName().startsWith("java.time.");
    }
}
