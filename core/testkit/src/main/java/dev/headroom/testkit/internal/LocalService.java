package dev.headroom.testkit.internal;

import dev.headroom.testkit.ServiceException;
import dev.headroom.testkit.ServiceProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A server of one process on a loopback port: what is common to those that need no more than to be started, asked whether
 * they answer, and broken.
 */
public abstract class LocalService implements ServiceProcess {

    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration ORDERLY = Duration.ofSeconds(20);
    private static final int FIRST_START_ATTEMPTS = 5;

    private final String name;
    private final Path directory;
    private final Path log;
    private final ReentrantLock control = new ReentrantLock();

    private volatile int port = Ports.free();
    private volatile @Nullable LocalProcess process;
    private volatile boolean closed;

    /**
     * Names a service that is to be started.
     *
     * @param directory where it works and its log is
     */
    protected LocalService(String name, Path directory) {
        this.name = name;
        this.directory = directory;
        this.log = directory.resolve(name + ".log");
    }

    /** The command that starts it on a port. */
    protected abstract List<String> command(int port);

    /** Whether the started process answers; may throw nothing. */
    protected abstract boolean answers();

    /** Called when it answers after a start; nothing by default. */
    protected void started() {}

    /** Starts for the first time, with another port when this one was taken meanwhile. */
    protected final void firstStart() {
        for (int attempt = 1; ; attempt++) {
            try {
                start();
                return;
            } catch (ServiceException e) {
                if (attempt == FIRST_START_ATTEMPTS || !LocalProcess.tail(log).contains("in use")) {
                    throw e;
                }
                port = Ports.free();
            }
        }
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final String host() {
        return "127.0.0.1";
    }

    @Override
    public final int port() {
        return port;
    }

    @Override
    public final long pid() {
        return living().pid();
    }

    @Override
    public final boolean running() {
        LocalProcess current = process;
        return current != null && current.alive();
    }

    /** Whether the process stands still. */
    protected final boolean suspended() {
        LocalProcess current = process;
        return current != null && current.suspended();
    }

    @Override
    public final void suspend() {
        exclusively(() -> {
            if (!living().suspended()) {
                living().suspend();
            }
        });
    }

    @Override
    public final void resume() {
        exclusively(() -> {
            if (suspended()) {
                living().resume();
            }
        });
    }

    @Override
    public final void kill() {
        exclusively(() -> {
            if (running()) {
                living().kill();
            }
        });
    }

    @Override
    public final void stop() {
        exclusively(this::stopLocked);
    }

    @Override
    public final void restart() {
        exclusively(() -> {
            stopLocked();
            start();
        });
    }

    /** Kills it for good; it needs no lock, so that it works while a start hangs. */
    protected final void shutDown() {
        closed = true;
        LocalProcess current = process;
        Ending.run(
                () -> {
                    if (current != null && current.alive()) {
                        current.kill();
                    }
                },
                () -> Ports.release(port));
    }

    /** Runs an action while no other control does. */
    protected final void exclusively(Runnable action) {
        control.lock();
        try {
            action.run();
        } finally {
            control.unlock();
        }
    }

    private void stopLocked() {
        if (running()) {
            living().terminate("TERM", ORDERLY);
        }
    }

    private void start() {
        if (closed) {
            throw new IllegalStateException(name + " is closed");
        }
        LocalProcess started = LocalProcess.start(command(port), directory, log);
        process = started;
        boolean answered = Waiting.holdsWithin(START, () -> !started.alive() || answers());
        if (!answered || !started.alive()) {
            started.kill();
            throw new ServiceException(name + " on port " + port + (answered ? " ended" : " did not answer")
                    + " while starting:\n" + started.logTail());
        }
        started();
    }

    private LocalProcess living() {
        LocalProcess current = process;
        if (current == null || !current.alive()) {
            throw new IllegalStateException(name + " does not run");
        }
        return current;
    }
}
