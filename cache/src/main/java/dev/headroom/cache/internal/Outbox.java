package dev.headroom.cache.internal;

import dev.headroom.cache.spi.Backplane;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A backplane of the application's, which may fail: what is not through waits here and is published again in the background, so that the tier is used on and no
 * caller waits for a backplane that is down. Of too much one message is left, by which the others compare all they hold.
 */
final class Outbox implements Backplane {
    private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);
    private static final int MOST = 10_000;
    private static final Duration AT_THE_END = Duration.ofSeconds(1);

    private final Backplane to;
    private final String lost;
    private final Deque<Message> waiting = new ArrayDeque<>();
    private final ReentrantLock catchingUp = new ReentrantLock();

    private record Message(String node, String text) {}

    /**
     * To this backplane.
     *
     * @param lost what to publish if too much could not be
     */
    Outbox(Backplane to, String lost) {
        this.to = to;
        this.lost = lost;
    }

    @Override
    public void publish(String node, String text) {
        Message message = new Message(node, text);
        if (!isEmpty()) {
            keep(message);
            return;
        }
        try {
            to.publish(node, text);
        } catch (RuntimeException failed) {
            if (keep(message)) {
                LOG.warn("cache: backplane {} fails, what is dropped is told later: {}", to, String.valueOf(failed));
            }
        }
    }

    private boolean isEmpty() {
        synchronized (waiting) {
            return waiting.isEmpty();
        }
    }

    /** Says whether it is the first. */
    private boolean keep(Message message) {
        synchronized (waiting) {
            boolean first = waiting.isEmpty();
            if (waiting.size() >= MOST) {
                waiting.clear();
                waiting.add(new Message(message.node, lost));
            } else {
                waiting.add(message);
            }
            return first;
        }
    }

    /** Publishes what waits, unless another thread is at it. */
    void catchUp() {
        if (catchingUp.tryLock()) {
            try {
                publishWaiting(System.nanoTime() + Long.MAX_VALUE / 2);
            } finally {
                catchingUp.unlock();
            }
        }
    }

    private void publishWaiting(long end) {
        for (Message next = first(); next != null && System.nanoTime() - end < 0; next = first()) {
            try {
                to.publish(next.node, next.text);
            } catch (RuntimeException failed) {
                LOG.debug("cache: backplane {} still fails: {}", to, String.valueOf(failed));
                return;
            }
            Message done = next;
            synchronized (waiting) {
                if (done.equals(waiting.peekFirst())) {
                    waiting.removeFirst();
                }
                if (waiting.isEmpty()) {
                    LOG.info("cache: backplane {} works again", to);
                }
            }
        }
    }

    private @Nullable Message first() {
        synchronized (waiting) {
            return waiting.peekFirst();
        }
    }

    @Override
    public void subscribe(Listener listener) {
        to.subscribe(listener);
    }

    /** What waits is told before, if that doesn't take too long. */
    @Override
    public void close() {
        Thread last = new Thread(this::publishLast, "headroom-cache-outbox");
        last.setDaemon(true); // a backplane may hang in what it was told to publish
        last.start();
        try {
            last.join(AT_THE_END.toMillis());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        if (!isEmpty()) {
            LOG.warn("cache: backplane {} is closed before all that was dropped is told", to);
        }
        to.close();
    }

    private void publishLast() {
        long end = System.nanoTime() + AT_THE_END.toNanos();
        try {
            if (catchingUp.tryLock(AT_THE_END.toNanos(), TimeUnit.NANOSECONDS)) {
                try {
                    publishWaiting(end);
                } finally {
                    catchingUp.unlock();
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
