package dev.headroom.router;

import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** What reads have failed of, by class; the first of each class is printed with all that is known of it. */
final class FailedReads {
    private static final int LONGEST = 800;

    private final String prefix;
    private final AtomicLong all = new AtomicLong();
    private final Map<String, AtomicLong> classes = new ConcurrentHashMap<>();

    /** @param prefix of the lines that are printed */
    FailedReads(String prefix) {
        this.prefix = prefix;
    }

    void add(SQLException failure) {
        all.incrementAndGet();
        String kind = kind(failure);
        if (classes.computeIfAbsent(kind, k -> new AtomicLong()).incrementAndGet() == 1) {
            System.out.println(prefix + "a failed read: " + kind + chain(failure));
        }
    }

    private static String kind(Throwable failure) {
        String state = failure instanceof SQLException sql ? " " + sql.getSQLState() + "/" + sql.getErrorCode() : "";
        // numbers of connections and ports, and times, make no class
        return failure.getClass().getSimpleName() + state + " "
                + String.valueOf(failure.getMessage()).replaceAll("\\d+", "n");
    }

    /** From where, causes and suppressed ones, in one line, for a run that can't be repeated. */
    private static String chain(Throwable failure) {
        StringBuilder text = new StringBuilder();
        for (StackTraceElement frame : failure.getStackTrace()) {
            if (text.length() < LONGEST) {
                text.append(" < ").append(frame.getFileName()).append(':').append(frame.getLineNumber());
            }
        }
        for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            text.append("; because of ").append(kind(cause));
        }
        for (Throwable before : failure.getSuppressed()) {
            text.append("; after ").append(kind(before)).append(chain(before));
        }
        return text.toString();
    }

    long count() {
        return all.get();
    }

    /** One line for each class. */
    void report() {
        classes.forEach((kind, count) -> System.out.println(prefix + count + " failed reads: " + kind));
    }

    @Override
    public String toString() {
        return classes.toString();
    }
}
