package dev.headroom.throttle.servlet;

import dev.headroom.throttle.Gate;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/** A request's place in the gate, from its first dispatch to its last. The gate sees to it that only the first return counts. */
final class Place implements AsyncListener {
    static final String ATTRIBUTE = Place.class.getName();

    private final Gate gate;
    private final long permit;
    private final HttpServletResponse response;
    private final boolean measured;
    private volatile boolean failed;
    private volatile boolean awaited;

    Place(Gate gate, long permit, HttpServletResponse response, boolean measured) {
        this.gate = gate;
        this.permit = permit;
        this.response = response;
        this.measured = measured;
    }

    /** From now on the container says when the request is complete. */
    void await(HttpServletRequest request) {
        if (awaited) {
            return;
        }
        try {
            request.getAsyncContext().addListener(this);
            awaited = true;
        } catch (IllegalStateException completedMeanwhile) {
            release();
        }
    }

    boolean awaited() {
        return awaited;
    }

    void fail() {
        failed = true;
    }

    void release() {
        if (failed || response.getStatus() >= HttpServletResponse.SC_INTERNAL_SERVER_ERROR) {
            gate.leave(permit, Gate.Outcome.DROPPED);
        } else {
            gate.leave(permit, measured ? Gate.Outcome.SUCCESS : Gate.Outcome.IGNORE);
        }
    }

    @Override
    public void onComplete(AsyncEvent event) {
        release();
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        // The container completes the request, or dispatches it to an error page: onComplete follows in either case.
        fail();
    }

    @Override
    public void onError(AsyncEvent event) {
        fail();
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        // A new cycle forgets the listeners of the one before.
        event.getAsyncContext().addListener(this);
    }
}
