package dev.headroom.testkit.internal.proxy;

import java.time.Duration;

/**
 * One direction of the network: says when bytes that enter now come out.
 *
 * <p>A byte takes its turn on a line of limited bandwidth, which all connections share, and then travels for the delay:
 * {@code out = max(now, line free) + bytes / bandwidth + delay}. Used by the proxy's thread alone.
 */
public final class Link {

    private static final int LARGEST_CHUNK = 16 * 1024;
    private static final int CHUNKS_PER_SECOND = 50;
    private static final double NANOS_PER_SECOND = 1e9;

    private long delayNanos;
    private long bytesPerSecond = Long.MAX_VALUE;
    private long lineFreeAt = System.nanoTime();

    /** Sets the time to travel. */
    public void delay(Duration delay) {
        this.delayNanos = delay.toNanos();
    }

    /** Sets how many bytes enter in a second. */
    public void bandwidth(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
        this.lineFreeAt = System.nanoTime();
    }

    /** Neither delay nor limit. */
    public void clear() {
        delay(Duration.ZERO);
        bandwidth(Long.MAX_VALUE);
    }

    /** How much to take at once, so that a slow line passes little often and not much seldom. */
    int chunk() {
        return (int) Math.max(1, Math.min(LARGEST_CHUNK, bytesPerSecond / CHUNKS_PER_SECOND));
    }

    /** When so many bytes that enter now come out, on the scale of {@link System#nanoTime}. */
    long out(long now, int bytes) {
        long begin = lineFreeAt - now > 0 ? lineFreeAt : now;
        lineFreeAt = begin + (long) (bytes * NANOS_PER_SECOND / bytesPerSecond);
        return lineFreeAt + delayNanos;
    }
}
