package dev.headroom.storage;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * The bytes of a blob to be put: read once, from start to end, never held in memory as a whole.
 *
 * <pre>{@code
 * store.put(key, BlobSource.of(request.getInputStream()), PutOptions.defaults().maximumSize(20_000_000));
 * }</pre>
 */
public interface BlobSource {
    /** Opens the bytes; the store closes the stream. */
    InputStream open() throws IOException;

    /** How many bytes there are, if known; a store refuses a source that has another number. */
    OptionalLong size();

    /** The bytes of an array. */
    static BlobSource of(byte[] bytes) {
        Objects.requireNonNull(bytes, "bytes");
        return new Given(() -> new ByteArrayInputStream(bytes), OptionalLong.of(bytes.length));
    }

    /** The bytes of a file. */
    static BlobSource of(Path file) throws IOException {
        return new Given(() -> Files.newInputStream(file), OptionalLong.of(Files.size(file)));
    }

    /** The bytes of a stream of unknown length. */
    static BlobSource of(InputStream stream) {
        Objects.requireNonNull(stream, "stream");
        return new Given(() -> stream, OptionalLong.empty());
    }

    /** The bytes of a stream of known length. */
    static BlobSource of(InputStream stream, long size) {
        Objects.requireNonNull(stream, "stream");
        return new Given(() -> stream, OptionalLong.of(size));
    }

    /** A source of given parts. */
    record Given(Opener opener, OptionalLong size) implements BlobSource {
        @Override
        public InputStream open() throws IOException {
            return opener.open();
        }
    }

    /** Opens a stream. */
    @FunctionalInterface
    interface Opener {
        /** Opens the stream. */
        InputStream open() throws IOException;
    }
}
