package dev.headroom.queue.internal;

import java.io.PrintWriter;
import java.io.StringWriter;

/** The text of a failure as the database keeps it: its stack trace, cut. */
final class Errors {
    static final int LONGEST = 4_000;

    private Errors() {}

    /** The failure itself, unless it can't be printed: a handler's exception is a stranger's code. */
    static Throwable printable(Throwable failure) {
        try {
            failure.printStackTrace(new PrintWriter(new StringWriter()));
            return failure;
        } catch (RuntimeException | StackOverflowError unprintable) {
            IllegalStateException instead =
                    new IllegalStateException(failure.getClass().getName() + ", which can't be printed: "
                            + unprintable.getClass().getName());
            instead.setStackTrace(failure.getStackTrace());
            return instead;
        }
    }

    static String text(Throwable failure) {
        StringWriter text = new StringWriter();
        printable(failure).printStackTrace(new PrintWriter(text));
        // No database keeps NUL in a text, and a failure that can't be kept would be tried again for ever.
        String clean = text.toString().replace('\0', ' ');
        return clean.length() <= LONGEST ? clean : clean.substring(0, LONGEST);
    }
}
