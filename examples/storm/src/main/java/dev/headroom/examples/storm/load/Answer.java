package dev.headroom.examples.storm.load;

/**
 * A whole response.
 *
 * @param retryAfter whether it says when to come back
 * @param nanos from the intended start to the last byte
 * @param bytes of the body, as they came over the wire
 */
public record Answer(Ask ask, int status, boolean retryAfter, long nanos, long bytes) {
    private static final int SERVICE_UNAVAILABLE = 503;
    private static final int FIRST_SUCCESS = 200;
    private static final int FIRST_FAILURE = 400;

    /** Whether the site did what it was asked for. */
    public boolean accepted() {
        return status >= FIRST_SUCCESS && status < FIRST_FAILURE;
    }

    /** Whether it was refused in good order, with a word on when to come back. */
    public boolean shed() {
        return status == SERVICE_UNAVAILABLE && retryAfter;
    }
}
