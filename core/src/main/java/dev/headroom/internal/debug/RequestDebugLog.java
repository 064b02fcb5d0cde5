package dev.headroom.internal.debug;

import dev.headroom.debug.DebugLog;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Keeps the lines of one request, as many and as long as the limits allow. */
public final class RequestDebugLog implements DebugLog {
    /** How many lines are kept. */
    public static final int MOST_LINES = 500;

    /** How many characters of a text or a failure are kept. */
    public static final int LONGEST_TEXT = 1000;

    /**
     * One line.
     *
     * @param atNanos when it was written, since the request began
     * @param area the component
     * @param text what was done
     * @param nanos how long it took, negative if that has no meaning
     * @param failure what went wrong, empty for nothing
     */
    public record Line(long atNanos, String area, String text, long nanos, String failure) {}

    private final Queue<Line> lines = new ConcurrentLinkedQueue<>();
    private final AtomicInteger added = new AtomicInteger();
    private final long began = System.nanoTime();

    @Override
    public boolean enabled() {
        return true;
    }

    @Override
    public void add(String area, String text, long nanos, @Nullable Throwable failure) {
        if (added.incrementAndGet() <= MOST_LINES) {
            String failed = failure == null ? "" : failure.toString();
            lines.add(new Line(System.nanoTime() - began, shorten(area), shorten(text), nanos, shorten(failed)));
        }
    }

    /** What is kept, oldest first. */
    public List<Line> lines() {
        return List.copyOf(lines);
    }

    /** How many lines were not kept. */
    public int dropped() {
        return Math.max(0, added.get() - MOST_LINES);
    }

    private static String shorten(String text) {
        return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT - 1) + "…";
    }
}
