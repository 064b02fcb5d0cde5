package dev.headroom.cache;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/** A source that several JVMs have in common. */
final class MappedTruth implements RandomWalk.Truth {
    private final SharedNumbers numbers;
    private final FileChannel file;
    private final ReentrantLock[] alone = new ReentrantLock[RandomWalk.KEYS];

    MappedTruth(Path file) {
        Arrays.setAll(alone, key -> new ReentrantLock());
        this.file = SharedNumbers.open(file);
        numbers = new SharedNumbers(this.file, 2 * RandomWalk.KEYS);
    }

    @Override
    public long value(int key) {
        return numbers.get(key);
    }

    @Override
    public long change(int key) {
        return numbers.add(key, 1) + 1;
    }

    @Override
    public long dropped(int key) {
        return numbers.get(RandomWalk.KEYS + key);
    }

    @Override
    public void dropped(int key, long value) {
        numbers.raise(RandomWalk.KEYS + key, value);
    }

    /**
     * By a lock of the file, which ends with its JVM; within one JVM by another beside. It is tried again and again, for who waits in the system is taken to be in the way of
     * all threads of its JVM, and refused for fear of a deadlock.
     */
    @Override
    public RandomWalk.Alone alone(int key) {
        alone[key].lock();
        try {
            FileLock lock = tried(key);
            return () -> {
                try {
                    lock.release();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                } finally {
                    alone[key].unlock();
                }
            };
        } catch (IOException e) {
            alone[key].unlock();
            throw new UncheckedIOException(e);
        }
    }

    private FileLock tried(int key) throws IOException {
        FileLock lock = file.tryLock((long) key * Long.BYTES, Long.BYTES, false);
        while (lock == null) {
            LockSupport.parkNanos(200_000);
            lock = file.tryLock((long) key * Long.BYTES, Long.BYTES, false);
        }
        return lock;
    }
}
