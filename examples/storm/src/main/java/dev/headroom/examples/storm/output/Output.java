package dev.headroom.examples.storm.output;

import java.io.Console;
import java.io.PrintStream;
import java.util.concurrent.TimeUnit;

/**
 * Lines for people. Progress overwrites itself on a terminal; elsewhere it is a line every few seconds, without control
 * characters. Thread-safe.
 */
public final class Output {
    private static final long TERMINAL_PAUSE = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long FILE_PAUSE = TimeUnit.SECONDS.toNanos(5);
    private static final String ERASE_LINE = "\r\u001b[K";

    private final PrintStream out;
    private final boolean terminal;
    private boolean progressShown;
    private long next = System.nanoTime();

    /**
     * Lines to a stream.
     *
     * @param terminal whether it understands control characters
     */
    public Output(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** This process's standard output. */
    public static Output standard() {
        return new Output(System.out, isTerminal());
    }

    /** Prints a line. */
    public synchronized void say(String line) {
        erase();
        out.println(line);
        out.flush();
    }

    /** Shows how far things are, unless it was shown a moment ago. */
    public synchronized void progress(String line) {
        long now = System.nanoTime();
        if (now - next < 0) {
            return;
        }
        next = now + (terminal ? TERMINAL_PAUSE : FILE_PAUSE);
        if (terminal) {
            erase();
            out.print("  … " + line);
            progressShown = true;
        } else {
            out.println("  … " + line);
        }
        out.flush();
    }

    /** Shows what is waited for, on a terminal only. */
    public synchronized void waitingFor(String what) {
        if (terminal) {
            next = System.nanoTime();
            progress("waiting for " + what);
        }
    }

    private void erase() {
        if (progressShown) {
            out.print(ERASE_LINE);
            progressShown = false;
        }
    }

    /** From JDK 22 on there is a console also where there is no terminal, and a method that tells. */
    private static boolean isTerminal() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException olderJdk) {
            return true;
        }
    }
}
