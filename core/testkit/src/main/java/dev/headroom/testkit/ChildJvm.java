package dev.headroom.testkit;

import dev.headroom.testkit.internal.Ending;
import dev.headroom.testkit.internal.ExitHook;
import dev.headroom.testkit.internal.LineCapture;
import dev.headroom.testkit.internal.Signals;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Another JVM, on the class path of this one, for tests of what happens between processes.
 *
 * <p>What it writes to standard output and error is captured line by line; {@link #waitForLine} waits for a sign of life
 * in it. It can be suspended and killed, and is killed when it is closed, when this JVM ends, and by itself when this
 * JVM is killed. Safe for use by several threads.
 *
 * <pre>{@code
 * try (ChildJvm worker = ChildJvm.builder(WorkerMain.class).arguments(database.jdbcUrl()).start()) {
 *     worker.waitForLine(Pattern.compile("claimed .*"));
 *     worker.kill();
 * }
 * }</pre>
 */
public final class ChildJvm implements AutoCloseable {

    private static final Duration LAST_WORDS = Duration.ofSeconds(5);

    private final Process process;
    private final LineCapture output;
    private final Duration timeout;
    private final Runnable atExit = this::close;

    private volatile boolean suspended;

    ChildJvm(Process process, String name, Duration timeout) {
        this.process = process;
        this.timeout = timeout;
        this.output = new LineCapture(process.getInputStream(), "headroom-testkit-" + name + "-output");
        ExitHook.add(atExit);
    }

    /**
     * Returns a builder.
     *
     * @param mainClass a class with a {@code main} method, on this JVM's class path
     */
    public static ChildJvmBuilder builder(Class<?> mainClass) {
        return new ChildJvmBuilder(mainClass);
    }

    /**
     * The {@code -XX:} options that this JVM was started with; children get them too, so that a test run's choice of compiler and
     * collector holds for all its JVMs.
     */
    public static List<String> ownOptions() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> option.startsWith("-XX:"))
                .toList();
    }

    /** The process id. */
    public long pid() {
        return process.pid();
    }

    /** Whether it has not ended; a suspended one has not. */
    public boolean running() {
        return process.isAlive();
    }

    /** The lines it has written so far. */
    public List<String> lines() {
        return output.lines();
    }

    /**
     * Waits for a line that was written already or is still to come.
     *
     * @param pattern must match somewhere in the line
     * @return the first such line
     * @throws ServiceException if it does not come in time, or the process ends without it; the message has the output
     */
    public String waitForLine(Pattern pattern) {
        Predicate<String> matches = pattern.asPredicate();
        return output.await(matches, timeout)
                .orElseThrow(() -> new ServiceException("no line '" + pattern + "' from child JVM " + pid() + " ("
                        + state() + ") within " + timeout.toMillis() + " ms; its output:\n"
                        + String.join("\n", lines())));
    }

    /**
     * Waits for its end.
     *
     * @return the exit status
     * @throws ServiceException if it does not end in time
     */
    public int waitForExit() {
        if (!endsWithin(timeout)) {
            throw new ServiceException("child JVM " + pid() + " did not end within " + timeout.toMillis()
                    + " ms; its output:\n" + String.join("\n", lines()));
        }
        output.awaitEnd(LAST_WORDS);
        return process.exitValue();
    }

    /** The exit status, empty while it runs; 137 after {@link #kill}. */
    public OptionalInt exitStatus() {
        return process.isAlive() ? OptionalInt.empty() : OptionalInt.of(process.exitValue());
    }

    /** Writes a line to its standard input. */
    public void sendLine(String line) {
        output.write(process.getOutputStream(), line);
    }

    /** Stops it and the processes it started with {@code SIGSTOP}. */
    public void suspend() {
        if (!running()) {
            throw new IllegalStateException("child JVM " + pid() + " has ended");
        }
        Signals.suspend(process.toHandle());
        suspended = true;
    }

    /** Lets it continue; has no effect when it is not suspended. */
    public void resume() {
        if (suspended) {
            Signals.resume(process.toHandle());
            suspended = false;
        }
    }

    /** Asks it to end ({@code SIGTERM}), so that its shutdown hooks run. */
    public void terminate() {
        resume();
        process.destroy();
    }

    /** Ends it and the processes it started at once ({@code SIGKILL}); has no effect when it has ended. */
    public void kill() {
        if (running()) {
            Signals.kill(process.toHandle());
            endsWithin(LAST_WORDS);
        }
    }

    /** Kills it. */
    @Override
    public void close() {
        Ending.run(this::kill, () -> ExitHook.remove(atExit));
    }

    private String state() {
        return running() ? suspended ? "suspended" : "running" : "ended with status " + process.exitValue();
    }

    private boolean endsWithin(Duration time) {
        try {
            return process.waitFor(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServiceException("interrupted while waiting for child JVM " + pid(), e);
        }
    }
}
