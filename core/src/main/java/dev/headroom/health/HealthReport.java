package dev.headroom.health;

import java.util.List;

/**
 * How the application is: every check's result and what follows from them.
 *
 * @param state whether requests should come
 * @param checks the results in the order of registration; empty once the application is closed
 */
public record HealthReport(State state, List<CheckResult> checks) {
    /** Copies the list. */
    public HealthReport {
        checks = List.copyOf(checks);
    }

    /** Whether requests should come. */
    public boolean ready() {
        return state == State.READY;
    }

    /** The results that keep the application from being ready. */
    public List<CheckResult> blocking() {
        return checks.stream().filter(CheckResult::blocks).toList();
    }

    /** Whether requests should come, and if not, why. */
    public enum State {
        /** All that is required is well. */
        READY,
        /** Something required is not well. */
        FAILED,
        /** The application finishes what it has and wants nothing new. */
        DRAINING,
        /** The application is closed. */
        CLOSED
    }
}
