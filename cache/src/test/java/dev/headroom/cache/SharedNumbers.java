package dev.headroom.cache;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Numbers in memory that several JVMs share, by a file: a write is seen by all at once, and a JVM that is killed leaves them as they were. All are zero at first. */
final class SharedNumbers {
    private static final VarHandle LONGS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final ByteBuffer numbers;

    SharedNumbers(FileChannel file, int count) {
        try {
            numbers = file.map(FileChannel.MapMode.READ_WRITE, 0, (long) Long.BYTES * count);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static SharedNumbers in(Path file, int count) {
        try (FileChannel channel = open(file)) {
            return new SharedNumbers(channel, count);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static FileChannel open(Path file) {
        try {
            return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    long get(int index) {
        return (long) LONGS.getVolatile(numbers, at(index));
    }

    void set(int index, long value) {
        LONGS.setVolatile(numbers, at(index), value);
    }

    /** Returns what it was before. */
    long add(int index, long more) {
        return (long) LONGS.getAndAdd(numbers, at(index), more);
    }

    /** Makes it this, unless it is more. */
    void raise(int index, long value) {
        long known = get(index);
        while (known < value && !LONGS.compareAndSet(numbers, at(index), known, value)) {
            known = get(index);
        }
    }

    private static int at(int index) {
        return index * Long.BYTES;
    }
}
