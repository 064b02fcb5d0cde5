package dev.headroom.cache.servlet;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;

/** Runs something when an asynchronous request has been answered. */
final class Completion implements AsyncListener {
    private final Runnable answered;

    Completion(Runnable answered) {
        this.answered = answered;
    }

    @Override
    public void onComplete(AsyncEvent event) {
        answered.run();
    }

    @Override
    public void onTimeout(AsyncEvent event) {}

    @Override
    public void onError(AsyncEvent event) {}

    /** A second asynchronous turn of the same request forgets the listeners of the first. */
    @Override
    public void onStartAsync(AsyncEvent event) {
        event.getAsyncContext().addListener(this);
    }
}
