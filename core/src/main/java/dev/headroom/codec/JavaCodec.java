package dev.headroom.codec;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputFilter.Status;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/** Java serialisation behind an allow-list. */
final class JavaCodec implements Codec {
    private static final int MAXIMUM_DEPTH = 64;

    private final ObjectInputFilter filter;

    JavaCodec(ObjectInputFilter filter) {
        this.filter = ObjectInputFilter.rejectUndecidedClass(filter);
    }

    @Override
    public String name() {
        return "java";
    }

    @Override
    public byte[] encode(@Nullable Object value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        } catch (IOException | RuntimeException failure) {
            throw new CodecException(
                    "java: " + (value == null ? "null" : value.getClass().getName()) + " has no bytes", failure);
        }
        return bytes.toByteArray();
    }

    @Override
    public @Nullable Object decode(byte[] bytes, Type type) {
        Object value;
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            in.setObjectInputFilter(info -> check(info, bytes.length));
            value = in.readObject();
        } catch (IOException | ClassNotFoundException | RuntimeException failure) {
            throw new CodecException("java: bytes that are not a value of the allowed classes", failure);
        }
        return Conform.to(value, type);
    }

    private Status check(ObjectInputFilter.FilterInfo info, int length) {
        boolean bounded = info.depth() <= MAXIMUM_DEPTH && info.references() <= length && info.arrayLength() <= length;
        return bounded ? filter.checkInput(info) : Status.REJECTED;
    }
}
