package dev.headroom.queue.internal;

import java.io.PrintWriter;
import java.io.StringWriter;

/** The text of a failure as the database keeps it: its stack trace, cut. */
final class Errors {
    static final int LONGEST = 4_000;

    private Errors() {}

    static String text(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        // No database keeps NUL in a text, and a failure that can't be kept would be tried again for ever.
        String clean = text.toString().replace('\0', ' ');
        return clean.length() <= LONGEST ? clean : clean.substring(0, LONGEST);
    }
}
