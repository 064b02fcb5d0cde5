package dev.headroom.servlet;

import dev.headroom.RequestContext;
import dev.headroom.internal.InFlight;
import dev.headroom.internal.debug.RequestDebugLog;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import org.jspecify.annotations.Nullable;

/** What a request keeps from its first dispatch to its last; counted once, and released once. */
final class RequestState implements AsyncListener {
    static final String ATTRIBUTE = RequestState.class.getName();

    final RequestContext context;
    final @Nullable RequestDebugLog log;
    private final InFlight.Ticket ticket;
    private volatile boolean inside;
    private volatile boolean asynchronous;

    RequestState(RequestContext context, @Nullable RequestDebugLog log, InFlight.Ticket ticket) {
        this.context = context;
        this.log = log;
        this.ticket = ticket;
    }

    /** Whether a dispatch of this request is within the filter. */
    boolean inside() {
        return inside;
    }

    void inside(boolean inside) {
        this.inside = inside;
    }

    /** From now on the container says when the request is complete. */
    void started(AsyncContext async) {
        if (!asynchronous) {
            async.addListener(this);
            asynchronous = true;
        }
    }

    boolean asynchronous() {
        return asynchronous;
    }

    void release() {
        ticket.release();
    }

    boolean released() {
        return ticket.released();
    }

    @Override
    public void onComplete(AsyncEvent event) {
        release();
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        // The container completes the request, or dispatches it to an error page: onComplete follows in either case.
    }

    @Override
    public void onError(AsyncEvent event) {
        // As after a timeout, onComplete follows.
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        // A new cycle forgets the listeners of the one before.
        event.getAsyncContext().addListener(this);
    }
}
