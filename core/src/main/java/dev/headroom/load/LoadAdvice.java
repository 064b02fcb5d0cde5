package dev.headroom.load;

/**
 * What work of one criticality is told to do now: go on at {@code factor} of its full speed.
 *
 * @param factor 1 go on, 0 stop, between them slow down to that share of full speed
 * @param cause the signal that decided, empty when the factor is 1
 */
public record LoadAdvice(double factor, String cause) {
    /** Go on at full speed. */
    public static final LoadAdvice GO = new LoadAdvice(1, "");

    /**
     * Checks the factor.
     *
     * @throws IllegalArgumentException if the factor is not in 0 to 1
     */
    public LoadAdvice {
        if (!(factor >= 0 && factor <= 1)) {
            throw new IllegalArgumentException("factor: " + factor + " (expected: 0 to 1)");
        }
    }

    /** Whether to go on at full speed. */
    public boolean go() {
        return factor == 1;
    }

    /** Whether to stop until told otherwise. */
    public boolean stop() {
        return factor == 0;
    }
}
