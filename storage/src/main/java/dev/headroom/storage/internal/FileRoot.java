package dev.headroom.storage.internal;

import dev.headroom.config.ConfigurationException;
import dev.headroom.storage.BlobCorruptedException;
import dev.headroom.storage.BlobExistsException;
import dev.headroom.storage.BlobInfo;
import dev.headroom.storage.BlobKey;
import dev.headroom.storage.BlobNotFoundException;
import dev.headroom.storage.BlobRead;
import dev.headroom.storage.BlobSource;
import dev.headroom.storage.Durability;
import dev.headroom.storage.PutOptions;
import java.io.BufferedOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The folder of a {@link dev.headroom.storage.FileBlobStore}: how blobs get in, are found and go. */
public final class FileRoot {
    /** Temporary files that were not written to for so long belong to nobody. */
    static final Duration ABANDONED = Duration.ofHours(1);

    private static final Logger log = LoggerFactory.getLogger(FileRoot.class);
    private static final long FREE_CACHED_NANOS = 5_000_000_000L;

    private final Path root;
    private final Path temporary;
    private final Durability durability;
    private final Clock clock;
    private final FolderForce folderForce;
    private final AtomicLong freeAt;
    private volatile long free;

    FileRoot(Path root, Durability durability, Clock clock, FolderForce folderForce) throws IOException {
        this.root = root;
        this.folderForce = folderForce;
        this.temporary = Files.createDirectories(root.resolve(".tmp"));
        this.durability = durability;
        this.clock = clock;
        checkWritable();
        sweepAbandoned();
        this.free = measureFree();
        this.freeAt = new AtomicLong(System.nanoTime());
    }

    /** Opens a folder, making it if need be. */
    public static FileRoot open(Path folder, Durability durability, Clock clock) {
        try {
            return new FileRoot(Files.createDirectories(folder).toRealPath(), durability, clock, FileRoot::force);
        } catch (IOException e) {
            ConfigurationException refused =
                    new ConfigurationException("folder", folder, "a folder that can be made and written to: " + e);
            refused.initCause(e);
            throw refused;
        }
    }

    /** The folder, links resolved. */
    public Path path() {
        return root;
    }

    /** Puts a blob. */
    public BlobInfo put(BlobKey key, BlobSource source, PutOptions options) throws IOException {
        if (options.onlyIfAbsent() && Files.exists(file(key), LinkOption.NOFOLLOW_LINKS)) {
            throw new BlobExistsException(key);
        }
        Path written = temporary.resolve(UUID.randomUUID().toString());
        try {
            BlobInfo info = write(key, source, options, written);
            publish(key, written, options.onlyIfAbsent());
            return info;
        } finally {
            Files.deleteIfExists(written);
        }
    }

    private BlobInfo write(BlobKey key, BlobSource source, PutOptions options, Path into) throws IOException {
        try (FileChannel file = FileChannel.open(into, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            OutputStream out = new BufferedOutputStream(Channels.newOutputStream(file), 64 * 1024);
            Intake intake = Intake.copy(key, source, options, out);
            BlobInfo info = new BlobInfo(
                    key,
                    intake.size(),
                    intake.crc32c(),
                    UUID.randomUUID().toString(),
                    options.contentType(),
                    options.metadata(),
                    Instant.ofEpochMilli(clock.millis()));
            out.write(BlobFile.trailer(info));
            out.flush();
            if (durability != Durability.NONE) {
                file.force(true);
            }
            return info;
        }
    }

    private void publish(BlobKey key, Path written, boolean onlyIfAbsent) throws IOException {
        Path target = file(key);
        while (true) {
            Path existed = makeFolders(parent(target));
            try {
                if (onlyIfAbsent) {
                    Files.createLink(target, written);
                } else {
                    Files.move(written, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                }
                forceFolders(parent(target), existed);
                return;
            } catch (FileAlreadyExistsException e) {
                throw new BlobExistsException(key);
            } catch (NoSuchFileException folderWentAway) {
                if (!Files.exists(written)) {
                    throw folderWentAway;
                }
            }
        }
    }

    /** Makes the folders; returns the deepest that was there before. */
    private Path makeFolders(Path folder) throws IOException {
        Path existed = folder;
        while (!existed.equals(root) && !Files.exists(existed, LinkOption.NOFOLLOW_LINKS)) {
            existed = parent(existed);
        }
        Files.createDirectories(folder);
        if (!folder.toRealPath().startsWith(root)) {
            throw new IOException("folder: " + folder + " (expected: no link that leads out of " + root + ")");
        }
        return existed;
    }

    /** Forces all folders that have a new entry: the file's, and those of the new folders above it. */
    private void forceFolders(Path folder, Path existed) throws IOException {
        if (durability != Durability.FILE_AND_FOLDER) {
            return;
        }
        for (Path at = folder; at.startsWith(existed); at = parent(at)) {
            folderForce.force(at);
        }
    }

    static void force(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Opens a blob. */
    public BlobRead get(BlobKey key, Runnable onCorrupted) throws IOException {
        FileChannel file;
        try {
            file = open(key);
        } catch (NoSuchFileException e) {
            throw new BlobNotFoundException(key);
        }
        try {
            BlobInfo info = BlobFile.read(key, file);
            InputStream payload = new Bounded(Channels.newInputStream(file.position(0)), info.size());
            return new BlobRead(info, payload, complete -> file.close(), onCorrupted);
        } catch (Throwable failure) {
            if (failure instanceof BlobCorruptedException) {
                onCorrupted.run();
            }
            file.close();
            throw failure;
        }
    }

    /** What is known of a blob. */
    public Optional<BlobInfo> head(BlobKey key) throws IOException {
        try (FileChannel file = open(key)) {
            return Optional.of(BlobFile.read(key, file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Deletes a blob and the folders that it leaves empty. */
    public boolean delete(BlobKey key) throws IOException {
        Path file = file(key);
        if (!Files.deleteIfExists(file)) {
            return false;
        }
        for (Path at = parent(file); !at.equals(root); at = parent(at)) {
            try {
                Files.delete(at);
            } catch (DirectoryNotEmptyException | NoSuchFileException inUse) {
                break;
            }
        }
        return true;
    }

    /** Fails unless the folder takes a file. */
    public void checkWritable() throws IOException {
        Path probe = temporary.resolve(UUID.randomUUID().toString());
        Files.write(probe, new byte[] {1}, StandardOpenOption.CREATE_NEW);
        Files.delete(probe);
    }

    /** Bytes that can still be put, as known within the last five seconds; below 0 when that is not known. */
    public long freeBytes() {
        long now = System.nanoTime();
        long last = freeAt.get();
        if (now - last >= FREE_CACHED_NANOS && freeAt.compareAndSet(last, now)) {
            free = measureFree();
        }
        return free;
    }

    long measureFree() {
        try {
            return Files.getFileStore(root).getUsableSpace();
        } catch (IOException e) {
            log.warn("storage: the free space of {} is not known: {}", root, e.toString());
            return -1;
        }
    }

    private FileChannel open(BlobKey key) throws IOException {
        return FileChannel.open(file(key), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    }

    private static Path parent(Path belowRoot) {
        return Objects.requireNonNull(belowRoot.getParent());
    }

    private Path file(BlobKey key) {
        return FileLayout.file(root, key.value());
    }

    private void sweepAbandoned() throws IOException {
        Instant before = Instant.now().minus(ABANDONED);
        int swept = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(temporary)) {
            for (Path file : files) {
                if (lastWritten(file).map(before::isAfter).orElse(false) && Files.deleteIfExists(file)) {
                    swept++;
                }
            }
        }
        if (swept > 0) {
            log.info("storage: deleted {} temporary files that an ended process had left in {}", swept, root);
        }
    }

    private static Optional<Instant> lastWritten(Path file) throws IOException {
        try {
            return Optional.of(Files.getLastModifiedTime(file).toInstant());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Makes a folder's entries survive a loss of power. */
    @FunctionalInterface
    interface FolderForce {
        void force(Path folder) throws IOException;
    }

    /** The first bytes of a stream. */
    private static final class Bounded extends FilterInputStream {
        private long left;

        Bounded(InputStream in, long size) {
            super(in);
            this.left = size;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int count = super.read(into, offset, (int) Math.min(length, left));
            left -= Math.max(0, count);
            return count;
        }
    }
}
