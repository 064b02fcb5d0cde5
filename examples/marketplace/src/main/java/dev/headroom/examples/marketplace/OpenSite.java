package dev.headroom.examples.marketplace;

import dev.headroom.examples.marketplace.setup.Application;
import dev.headroom.examples.marketplace.setup.Settings;
import dev.headroom.examples.marketplace.setup.WebServer;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The application and its web server, from the start of opening on: closing it in the middle of that cuts the opening short, and nothing
 * that it has started is left running. Thread-safe.
 */
final class OpenSite implements AutoCloseable {
    /** Held while it opens, so that who closes finds everything that was opened. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Thread opener = Thread.currentThread();
    private volatile boolean opening;
    private volatile boolean closed;
    private @Nullable Application application;
    private @Nullable WebServer server;

    /**
     * Opens the site, on the thread that made this.
     *
     * @return its port
     */
    int open(Settings settings) throws Exception {
        lock.lock();
        try {
            opening = true;
            requireNotClosed();
            WebServer.requireFree(settings.port());
            Application opened = Application.open(settings);
            application = opened;
            requireNotClosed();
            WebServer started = WebServer.start(settings, opened);
            server = started;
            return started.port();
        } finally {
            opening = false;
            lock.unlock();
        }
    }

    private void requireNotClosed() throws InterruptedException {
        if (closed) {
            throw new InterruptedException("the marketplace was told to stop while it started");
        }
    }

    /** Whether it was told to close. */
    boolean closed() {
        return closed;
    }

    /** First what is under way is finished, then the doors close. */
    @Override
    public void close() {
        closed = true;
        if (opening) {
            opener.interrupt();
        }
        lock.lock();
        try (WebServer doors = server;
                Application work = application) {
            server = null;
            application = null;
        } finally {
            lock.unlock();
        }
    }
}
