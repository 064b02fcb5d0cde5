package dev.headroom.examples.storm.upload;

import java.time.Duration;

/** What became of an offer. */
public sealed interface Reply {
    /** It is on sale. */
    record Acknowledged(long product) implements Reply {}

    /** It is not taken. */
    record Refused(int status) implements Reply {}

    /** Not now. */
    record Busy(Duration retryAfter) implements Reply {}

    /** The site failed, or said something that makes no sense. */
    record Failed(String reason) implements Reply {}

    /** Nobody knows: the connection broke before the answer was there. */
    record Lost(String reason) implements Reply {}
}
