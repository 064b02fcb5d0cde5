package dev.headroom.codec;

import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/**
 * Turns values into bytes and back.
 *
 * <p>Never instantiates a class that the bytes name: what may be read is fixed by the codec's configuration and the expected type.
 * Malformed, truncated or hostile bytes give a {@link CodecException}, never another error and never an allocation beyond what the
 * bytes' own length warrants. Thread-safe.
 */
public interface Codec {
    /** A short stable name that is stored beside the bytes, for example {@code tlv1}. */
    String name();

    /**
     * The value's bytes.
     *
     * @throws CodecException if the value, or one inside it, is of a type the codec was not told of
     */
    byte[] encode(@Nullable Object value);

    /**
     * The value of these bytes.
     *
     * @param type what is expected; {@code Object.class} takes any value that the codec may read
     * @throws CodecException if the bytes are not a value of that type
     */
    @Nullable Object decode(byte[] bytes, Type type);
}
