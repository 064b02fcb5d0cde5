package dev.headroom.storage.s3;

import dev.headroom.storage.BlobException;
import dev.headroom.storage.BlobKey;
import dev.headroom.storage.BlobSource;
import dev.headroom.storage.PutOptions;
import dev.headroom.storage.internal.Intake;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.sync.RequestBody;

/** A source's bytes, kept so that they can be sent more than once: in memory while they are few, in a file beyond. */
final class Spool implements AutoCloseable {
    private static final int IN_MEMORY = 1 << 20;

    private final Buffer buffer;
    private final Intake intake;

    private Spool(Buffer buffer, Intake intake) {
        this.buffer = buffer;
        this.intake = intake;
    }

    static Spool of(BlobKey key, BlobSource source, PutOptions options, Path folder) {
        Buffer buffer = new Buffer(folder);
        try {
            Intake intake = Intake.copy(key, source, options, buffer);
            buffer.close();
            return new Spool(buffer, intake);
        } catch (IOException e) {
            buffer.discard();
            throw new BlobException(key, "blob: " + key + " could not be spooled to " + folder, e);
        } catch (RuntimeException | Error failure) {
            buffer.discard();
            throw failure;
        }
    }

    Intake intake() {
        return intake;
    }

    RequestBody body() {
        return buffer.file == null
                ? RequestBody.fromBytes(buffer.memory.toByteArray())
                : RequestBody.fromFile(buffer.file);
    }

    @Override
    public void close() {
        buffer.discard();
    }

    private static final class Buffer extends OutputStream {
        private final Path folder;
        private final ByteArrayOutputStream memory = new ByteArrayOutputStream();
        private @Nullable Path file;
        private @Nullable OutputStream out;

        Buffer(Path folder) {
            this.folder = folder;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (out == null && memory.size() + length > IN_MEMORY) {
                spill();
            }
            (out == null ? memory : out).write(bytes, offset, length);
        }

        private void spill() throws IOException {
            Path made = Files.createTempFile(folder, "headroom-spool-", ".tmp");
            file = made;
            OutputStream opened = Files.newOutputStream(made);
            out = opened;
            memory.writeTo(opened);
            memory.reset();
        }

        @Override
        public void close() throws IOException {
            if (out != null) {
                out.close();
            }
        }

        void discard() {
            try {
                close();
                if (file != null) {
                    Files.deleteIfExists(file);
                }
            } catch (IOException left) {
                // The temporary folder's own cleaning takes what could not be deleted.
            }
        }
    }
}
