package dev.headroom.cache.jcache;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Set;
import java.util.UUID;
import javax.cache.CacheException;
import org.jspecify.annotations.Nullable;

/** What keeps what is held apart from what callers have: copies, or nothing where it is stored by reference. */
final class Copies {
    private static final Set<Class<?>> UNCHANGING = Set.of(
            String.class,
            Integer.class,
            Long.class,
            Short.class,
            Byte.class,
            Character.class,
            Boolean.class,
            Double.class,
            Float.class,
            BigDecimal.class,
            BigInteger.class,
            UUID.class,
            Class.class);

    private final boolean byValue;
    private final @Nullable ClassLoader loader;

    private record Bytes(byte[] content) {}

    Copies(boolean byValue, @Nullable ClassLoader loader) {
        this.byValue = byValue;
        this.loader = loader;
    }

    /** What to hold of a value. */
    Object in(Object value) {
        return !byValue || unchanging(value) ? value : new Bytes(bytes(value));
    }

    /** A value of what is held. */
    Object out(Object held) {
        return held instanceof Bytes bytes ? read(bytes.content) : held;
    }

    /** Something equal that nobody else has. */
    Object copy(Object value) {
        return !byValue || unchanging(value) ? value : read(bytes(value));
    }

    private static boolean unchanging(Object value) {
        return value instanceof Enum<?> || UNCHANGING.contains(value.getClass());
    }

    private static byte[] bytes(Object value) {
        try (ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
            out.flush();
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new CacheException(
                    "can't store " + value.getClass().getName() + " by value: " + e + " (expected: serialisable)", e);
        }
    }

    private Object read(byte[] bytes) {
        try (ObjectInputStream in = new Reader(new ByteArrayInputStream(bytes))) {
            return in.readObject();
        } catch (IOException | ClassNotFoundException e) {
            throw new CacheException("can't read a value that is stored by value: " + e, e);
        }
    }

    /** Finds classes as the manager's class loader does. */
    private final class Reader extends ObjectInputStream {
        Reader(InputStream in) throws IOException {
            super(in);
        }

        @Override
        protected Class<?> resolveClass(ObjectStreamClass description) throws IOException, ClassNotFoundException {
            try {
                return Class.forName(description.getName(), false, loader);
            } catch (ClassNotFoundException elsewhere) {
                return super.resolveClass(description);
            }
        }
    }
}
