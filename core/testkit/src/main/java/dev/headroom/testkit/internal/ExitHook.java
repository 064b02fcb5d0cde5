package dev.headroom.testkit.internal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs what is still open when the JVM ends, the newest first, so that no process outlives its tests. */
public final class ExitHook {

    private static final Logger LOG = LoggerFactory.getLogger(ExitHook.class);
    private static final Set<Runnable> OPEN = Collections.synchronizedSet(new LinkedHashSet<>());
    private static final AtomicBoolean REGISTERED = new AtomicBoolean();

    private ExitHook() {}

    /** Adds an action, to be removed again when what it closes is closed earlier. */
    public static void add(Runnable action) {
        // Not when the class is loaded: the first to use it may be what closes a cluster while the JVM ends.
        if (REGISTERED.compareAndSet(false, true)) {
            Runtime.getRuntime().addShutdownHook(new Thread(ExitHook::runAll, "headroom-testkit-exit"));
        }
        OPEN.add(action);
    }

    /** Removes an action. */
    public static void remove(Runnable action) {
        OPEN.remove(action);
    }

    private static void runAll() {
        List<Runnable> newestFirst;
        synchronized (OPEN) {
            newestFirst = new ArrayList<>(OPEN);
        }
        Collections.reverse(newestFirst);
        for (Runnable action : newestFirst) {
            try {
                action.run();
            } catch (RuntimeException e) {
                LOG.warn("testkit: could not clean up at exit", e);
            }
        }
    }
}
