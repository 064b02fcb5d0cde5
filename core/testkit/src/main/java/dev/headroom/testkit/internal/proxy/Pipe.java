package dev.headroom.testkit.internal.proxy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicLong;

/** One direction of one connection: bytes on their way, each chunk with the time it is due. */
final class Pipe {

    /** More is left in the kernel's buffer, so that the sender feels that the network is slow. */
    private static final int MOST_ON_THE_WAY = 256 * 1024;

    private record Chunk(ByteBuffer bytes, long due) {}

    private final SocketChannel from;
    private final SocketChannel to;
    private final Link link;
    private final AtomicLong counter;
    private final Deque<Chunk> onTheWay = new ArrayDeque<>();

    private int bytesOnTheWay;
    private boolean ended;
    private boolean finished;
    private boolean blocked;

    Pipe(SocketChannel from, SocketChannel to, Link link, AtomicLong counter) {
        this.from = from;
        this.to = to;
        this.link = link;
        this.counter = counter;
    }

    /** Takes what there is to read and returns how many bytes that were. */
    int read(ByteBuffer scratch, long now) throws IOException {
        scratch.clear().limit(link.chunk());
        int count = from.read(scratch);
        if (count < 0) {
            ended = true;
            return 0;
        }
        if (count > 0) {
            ByteBuffer bytes = ByteBuffer.allocate(count).put(scratch.flip()).flip();
            onTheWay.add(new Chunk(bytes, link.out(now, count)));
            bytesOnTheWay += count;
        }
        return count;
    }

    /** Takes what there is to read and forgets it. */
    void swallow(ByteBuffer scratch) throws IOException {
        onTheWay.clear();
        bytesOnTheWay = 0;
        scratch.clear();
        if (from.read(scratch) < 0) {
            ended = true;
            finished = true;
        }
    }

    /** Writes what is due and passes on the end of the stream behind the last byte. */
    void write(long now) throws IOException {
        blocked = false;
        for (Chunk next = onTheWay.peek(); next != null && next.due - now <= 0; next = onTheWay.peek()) {
            int count = to.write(next.bytes);
            bytesOnTheWay -= count;
            counter.addAndGet(count);
            if (next.bytes.hasRemaining()) {
                blocked = true;
                return;
            }
            onTheWay.remove();
        }
        if (ended && !finished && onTheWay.isEmpty()) {
            finished = true;
            to.shutdownOutput();
        }
    }

    boolean wantsToRead() {
        return !ended && bytesOnTheWay < MOST_ON_THE_WAY;
    }

    boolean wantsToWrite() {
        return blocked;
    }

    /** When there is something to write, {@link Long#MAX_VALUE} if that is unknown. */
    long due() {
        Chunk next = onTheWay.peek();
        return next == null || blocked ? Long.MAX_VALUE : next.due;
    }

    boolean finished() {
        return finished;
    }
}
