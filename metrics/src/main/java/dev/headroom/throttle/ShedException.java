package dev.headroom.throttle;

import dev.headroom.HeadroomException;
import dev.headroom.load.Criticality;

/** Thrown when a gate refuses work, which was then not begun. Has no stack trace, to be cheap. */
public final class ShedException extends HeadroomException {
    private static final long serialVersionUID = 1L;

    private final transient GateSnapshot snapshot;
    private final Criticality criticality;

    /** A refusal, with what the gate knew. */
    public ShedException(Criticality criticality, GateSnapshot snapshot) {
        super("gate " + snapshot.name() + " refused " + criticality + " (limit=" + snapshot.limit() + ", inFlight="
                + snapshot.inFlight() + ")");
        this.criticality = criticality;
        this.snapshot = snapshot;
    }

    /** How critical the refused work was. */
    public Criticality criticality() {
        return criticality;
    }

    /** What the gate knew. */
    public GateSnapshot snapshot() {
        return snapshot;
    }

    // Called by Throwable's constructor: refusals come by the thousand.
    @Override
    public Throwable fillInStackTrace() {
        return this;
    }
}
