package dev.headroom;

import java.time.Duration;
import java.util.List;

/**
 * What {@link Headroom#drain()} could not finish in its time.
 *
 * @param took how long it took, closing included
 * @param requestsLeft how many requests were still being served when the application was closed
 * @param unfinished one line for each component that did not drain or close, and why
 */
public record DrainReport(Duration took, int requestsLeft, List<String> unfinished) {
    /** Copies the list. */
    public DrainReport {
        unfinished = List.copyOf(unfinished);
    }

    /** Whether nothing was left. */
    public boolean complete() {
        return requestsLeft == 0 && unfinished.isEmpty();
    }
}
