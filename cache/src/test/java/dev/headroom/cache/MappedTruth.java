package dev.headroom.cache;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/** Numbers in memory that several JVMs share, by a file: a write is seen by all at once, and a JVM that is killed leaves them as they were. */
final class MappedTruth implements RandomWalk.Truth {
    private static final VarHandle LONGS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final ByteBuffer numbers;
    private final FileChannel file;
    private final ReentrantLock[] alone = new ReentrantLock[RandomWalk.KEYS];

    MappedTruth(Path file) {
        Arrays.setAll(alone, key -> new ReentrantLock());
        try {
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            this.file = channel;
            numbers = channel.map(FileChannel.MapMode.READ_WRITE, 0, 2L * Long.BYTES * RandomWalk.KEYS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public long value(int key) {
        return (long) LONGS.getVolatile(numbers, at(key));
    }

    @Override
    public long change(int key) {
        return (long) LONGS.getAndAdd(numbers, at(key), 1L) + 1;
    }

    @Override
    public long dropped(int key) {
        return (long) LONGS.getVolatile(numbers, at(RandomWalk.KEYS + key));
    }

    @Override
    public void dropped(int key, long value) {
        int at = at(RandomWalk.KEYS + key);
        long known = (long) LONGS.getVolatile(numbers, at);
        while (known < value && !LONGS.compareAndSet(numbers, at, known, value)) {
            known = (long) LONGS.getVolatile(numbers, at);
        }
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
        FileLock lock = file.tryLock(at(key), Long.BYTES, false);
        while (lock == null) {
            LockSupport.parkNanos(200_000);
            lock = file.tryLock(at(key), Long.BYTES, false);
        }
        return lock;
    }

    private static int at(int index) {
        return index * Long.BYTES;
    }
}
