package dev.headroom.testkit.internal;

import dev.headroom.testkit.ServiceException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A server process started by this JVM, in a session of its own, that writes what it has to say into a file. */
public final class LocalProcess {

    private static final int TAIL_LINES = 15;
    private static final Duration GONE = Duration.ofSeconds(10);

    private final Process process;
    private final Path log;

    private volatile boolean suspended;

    private LocalProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /**
     * Starts a command. It gets a session of its own, so that Ctrl-C in a terminal reaches this JVM alone, which then
     * stops its servers in the right order.
     *
     * @param directory the working directory, by which a later JVM recognises the process should this one be killed
     * @param log the file to append its output to
     */
    public static LocalProcess start(List<String> command, Path directory, Path log) {
        List<String> detached = new ArrayList<>(command.size() + 1);
        detached.add("setsid");
        detached.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(detached)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            return new LocalProcess(process, log);
        } catch (IOException e) {
            throw new ServiceException("could not start " + command.get(0) + ": " + e.getMessage(), e);
        }
    }

    /** The process id. */
    public long pid() {
        return process.pid();
    }

    /** Whether it has not ended. */
    public boolean alive() {
        return process.isAlive();
    }

    /** Whether it was stopped with {@link #suspend} and not resumed since. */
    public boolean suspended() {
        return suspended && alive();
    }

    /** Stops it and its children with {@code SIGSTOP}. */
    public void suspend() {
        suspended = true;
        Signals.suspend(process.toHandle());
    }

    /** Lets it and its children continue. */
    public void resume() {
        Signals.resume(process.toHandle());
        suspended = false;
    }

    /** Kills it and its children and waits until they are gone. */
    public void kill() {
        Signals.kill(process.toHandle());
        awaitEnd(GONE);
    }

    /** Asks it to end with a signal, for example {@code "INT"}; kills it when it has not done so in time. */
    public void terminate(String signal, Duration timeout) {
        signal(signal);
        awaitEndOrKill(timeout);
    }

    /** Sends it a signal, after resuming it when it is suspended. */
    public void signal(String signal) {
        if (suspended()) {
            resume();
        }
        Signals.send(signal, List.of(process.toHandle()));
    }

    /** Waits for its end and kills it when the time is over. */
    public void awaitEndOrKill(Duration timeout) {
        if (!awaitEnd(timeout)) {
            kill();
        }
    }

    /** The last lines of its output. */
    public String logTail() {
        return tail(log);
    }

    /** The last lines of a log file, for a message. */
    public static String tail(Path log) {
        try {
            // ISO-8859-1 decodes every byte: a log cut in the middle of a character is no reason to fail
            List<String> lines = Files.readAllLines(log, StandardCharsets.ISO_8859_1);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
        } catch (IOException e) {
            return "(no log: " + e.getMessage() + ")";
        }
    }

    private boolean awaitEnd(Duration timeout) {
        try {
            return process.waitFor(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServiceException("interrupted while waiting for process " + pid() + " to end", e);
        }
    }
}
