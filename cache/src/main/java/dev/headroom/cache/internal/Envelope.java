package dev.headroom.cache.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.headroom.cache.spi.Lifetime;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * A value as it lies in the tier that JVMs share: its key, so that two keys with one hash are told apart; its stamp, the count of drops before its load
 * began; how long it lives; its tags and etag; its bytes, deflated where that helps.
 */
@SuppressWarnings("ArrayRecordComponent") // bytes on their way, never compared
record Envelope(String key, long stamp, Life life, Set<String> tags, String etag, byte @Nullable [] value) {
    private static final int FORMAT = 2;
    private static final int STAMP_AT = 2;
    private static final int NULL = 1;
    private static final int DEFLATED = 2;
    private static final int MAXIMUM_TAGS = 64;
    private static final int MAXIMUM_INFLATED = 64 << 20;
    private static final long LONGEST = Duration.ofDays(3650).toNanos();

    /** For how long it is fresh, and for how long it may be served after that, as its loader said. */
    record Life(Duration fresh, Duration staleWhileRevalidate, Duration staleIfError) {
        /** For the node, which keeps it as long as any window allows. */
        Lifetime lifetime() {
            boolean revalidatesLonger = staleWhileRevalidate.compareTo(staleIfError) > 0;
            return new Lifetime(fresh, revalidatesLonger ? staleWhileRevalidate : staleIfError);
        }

        /** No longer than this altogether: the freshness first, then the windows after it. */
        Life atMost(Duration longest) {
            Duration freshest = shorter(fresh, longest);
            Duration left = longest.minus(freshest);
            return new Life(freshest, shorter(staleWhileRevalidate, left), shorter(staleIfError, left));
        }

        private static Duration shorter(Duration a, Duration b) {
            return a.compareTo(b) <= 0 ? a : b;
        }

        private static Life read(ByteBuffer from) throws DataFormatException {
            return new Life(window(from), window(from), window(from));
        }

        private static Duration window(ByteBuffer from) throws DataFormatException {
            long nanos = from.getLong();
            if (nanos < 0 || nanos > LONGEST) {
                throw new DataFormatException("window");
            }
            return Duration.ofNanos(nanos);
        }

        private void write(DataOutputStream to) throws IOException {
            to.writeLong(fresh.toNanos());
            to.writeLong(staleWhileRevalidate.toNanos());
            to.writeLong(staleIfError.toNanos());
        }
    }

    Envelope with(Life other) {
        return new Envelope(key, stamp, other, tags, etag, value);
    }

    /** Deflates a value of this many bytes or more, if that makes it smaller. */
    byte[] bytes(int deflateFrom) {
        byte[] raw = value == null ? new byte[0] : value;
        byte[] small = raw.length >= deflateFrom ? deflated(raw) : raw;
        boolean helps = small.length < raw.length;
        try (ByteArrayOutputStream bytes = new ByteArrayOutputStream(raw.length + 64);
                DataOutputStream to = new DataOutputStream(bytes)) {
            to.writeByte(FORMAT);
            to.writeByte((value == null ? NULL : 0) | (helps ? DEFLATED : 0));
            to.writeLong(stamp);
            life.write(to);
            write(to, key);
            to.writeByte(tags.size());
            for (String tag : tags) {
                write(to, tag);
            }
            write(to, etag);
            to.writeInt(raw.length);
            to.write(helps ? small : raw);
            return bytes.toByteArray();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static void write(DataOutputStream to, String text) throws IOException {
        byte[] bytes = text.getBytes(UTF_8);
        to.writeInt(bytes.length);
        to.write(bytes);
    }

    /** Null if this is not one that was written here. */
    static @Nullable Envelope of(byte[] bytes) {
        ByteBuffer from = ByteBuffer.wrap(bytes);
        try {
            if (from.get() != FORMAT) {
                return null;
            }
            int flags = from.get();
            long stamp = from.getLong();
            Life life = Life.read(from);
            String key = read(from);
            Set<String> tags = tags(from);
            String etag = read(from);
            int length = from.getInt();
            if ((flags & NULL) != 0) {
                return new Envelope(key, stamp, life, tags, etag, null);
            }
            byte[] rest = new byte[from.remaining()];
            from.get(rest);
            byte[] value = (flags & DEFLATED) != 0 ? inflated(rest, length) : rest;
            return value.length == length ? new Envelope(key, stamp, life, tags, etag, value) : null;
        } catch (BufferUnderflowException | DataFormatException malformed) {
            return null;
        }
    }

    /** Whether these are the bytes of a value with this stamp. */
    static boolean bears(byte[] bytes, long stamp) {
        return bytes.length >= STAMP_AT + Long.BYTES
                && bytes[0] == FORMAT
                && ByteBuffer.wrap(bytes).getLong(STAMP_AT) == stamp;
    }

    private static Set<String> tags(ByteBuffer from) throws DataFormatException {
        int count = Byte.toUnsignedInt(from.get());
        if (count == 0) {
            return Set.of();
        }
        Set<String> tags = new LinkedHashSet<>();
        for (int left = count; left > 0; left--) {
            tags.add(read(from));
        }
        return tags;
    }

    private static String read(ByteBuffer from) throws DataFormatException {
        int length = from.getInt();
        if (length < 0 || length > from.remaining()) {
            throw new DataFormatException("length");
        }
        String text = new String(from.array(), from.position(), length, UTF_8);
        from.position(from.position() + length);
        return text;
    }

    private static byte[] deflated(byte[] raw) {
        Deflater deflater = new Deflater(Deflater.BEST_SPEED);
        try {
            deflater.setInput(raw);
            deflater.finish();
            byte[] into = new byte[raw.length];
            int length = deflater.deflate(into);
            return deflater.finished() ? java.util.Arrays.copyOf(into, length) : raw;
        } finally {
            deflater.end();
        }
    }

    private static byte[] inflated(byte[] small, int length) throws DataFormatException {
        if (length < 0 || length > MAXIMUM_INFLATED) {
            throw new DataFormatException("length");
        }
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(small);
            byte[] into = new byte[length];
            int done = 0;
            while (done < length) {
                int some = inflater.inflate(into, done, length - done);
                if (some == 0) {
                    throw new DataFormatException("truncated");
                }
                done += some;
            }
            return into;
        } finally {
            inflater.end();
        }
    }

    static boolean fits(Set<String> tags) {
        return tags.size() <= MAXIMUM_TAGS;
    }
}
