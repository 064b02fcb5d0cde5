package dev.headroom.testkit.internal;

import dev.headroom.testkit.ServiceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A directory that belongs to this JVM as long as it lives, by a lock that the operating system gives back when the JVM
 * is killed. Who gets the lock may therefore stop the processes that still work in the directory.
 */
public final class OwnedDirectory implements AutoCloseable {

    static final String TEMPORARY_PREFIX = "headroom-testkit-";
    private static final String LOCK = "owner.lock";
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final FileChannel lock;
    private final boolean temporary;
    private final AtomicBoolean closed = new AtomicBoolean();

    private OwnedDirectory(Path path, FileChannel lock, boolean temporary) {
        this.path = path;
        this.lock = lock;
        this.temporary = temporary;
    }

    /** Makes a directory that is deleted when it is closed. */
    public static OwnedDirectory temporary(String name) {
        AbandonedDirectories.sweepOnce();
        try {
            Path path = Files.createTempDirectory(TEMPORARY_PREFIX + name + "-").toRealPath();
            return new OwnedDirectory(path, required(path), true);
        } catch (IOException e) {
            throw new ServiceException("could not make a temporary directory: " + e.getMessage(), e);
        }
    }

    /**
     * Takes a directory that stays, and makes it if it is not there.
     *
     * @throws ServiceException if another living JVM, or another object of this one, uses it
     */
    public static OwnedDirectory at(Path path) {
        try {
            Files.createDirectories(path);
            return new OwnedDirectory(path.toRealPath(), required(path), false);
        } catch (IOException e) {
            throw new ServiceException("dataDirectory: " + path + " (expected: a directory to write in)", e);
        }
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /** Gives the directory up and deletes it if it is a temporary one. */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        if (temporary) {
            FileTree.delete(path);
        }
        try {
            unlock(path, lock);
        } catch (IOException e) {
            throw new ServiceException("could not unlock " + path, e);
        }
    }

    private static FileChannel required(Path path) throws IOException {
        FileChannel lock = tryLock(path);
        if (lock == null) {
            throw new ServiceException("dataDirectory: " + path + " (expected: a directory that is not in use; process "
                    + holder(path) + " uses it)");
        }
        return lock;
    }

    /** Locks a directory, or returns null when it is in use. */
    static @Nullable FileChannel tryLock(Path path) throws IOException {
        Path real = path.toRealPath();
        // a second channel on the same file must not even be opened: closing it would give up this JVM's lock
        if (!HELD.add(real)) {
            return null;
        }
        try {
            FileChannel channel =
                    FileChannel.open(real.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (channel.tryLock() != null) {
                channel.truncate(0);
                channel.write(ByteBuffer.wrap(pid().getBytes(StandardCharsets.US_ASCII)));
                return channel;
            }
            unlock(real, channel);
            return null;
        } catch (IOException e) {
            HELD.remove(real);
            throw e;
        }
    }

    /** Gives back what {@link #tryLock} took. */
    static void unlock(Path path, FileChannel lock) throws IOException {
        HELD.remove(path);
        lock.close();
    }

    private static String holder(Path path) throws IOException {
        return HELD.contains(path.toRealPath())
                ? pid()
                : Files.readString(path.resolve(LOCK)).strip();
    }

    private static String pid() {
        return Long.toString(ProcessHandle.current().pid());
    }
}
