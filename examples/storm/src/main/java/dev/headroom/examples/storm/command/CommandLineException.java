package dev.headroom.examples.storm.command;

import java.util.List;

/** The command line cannot be understood; the message says all that is wrong with it. */
public final class CommandLineException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CommandLineException(List<String> problems) {
        super(String.join(System.lineSeparator(), problems));
    }
}
