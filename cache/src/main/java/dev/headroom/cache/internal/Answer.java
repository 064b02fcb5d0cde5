package dev.headroom.cache.internal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What a loader asked for without waiting. If it waits for it after all, or for what it made of it, its place among the loads is lent meanwhile. */
final class Answer<V extends @Nullable Object> extends CompletableFuture<V> {
    private final SourceCalls calls;

    private Answer(SourceCalls calls) {
        this.calls = calls;
    }

    static <V extends @Nullable Object> Answer<V> of(CompletableFuture<V> found, SourceCalls calls) {
        Answer<V> answer = new Answer<>(calls);
        found.whenComplete((value, failure) -> {
            if (failure == null) {
                answer.complete(value);
            } else {
                answer.completeExceptionally(failure);
            }
        });
        return answer;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new Answer<>(calls);
    }

    @Override
    public V get() throws InterruptedException, ExecutionException {
        if (isDone()) {
            return super.get();
        }
        LoadGate.Lent place = calls.lend();
        try {
            return super.get();
        } finally {
            calls.goOn(place);
        }
    }

    @Override
    public V get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        if (isDone()) {
            return super.get(timeout, unit);
        }
        LoadGate.Lent place = calls.lend();
        try {
            return super.get(timeout, unit);
        } finally {
            calls.goOn(place);
        }
    }

    @Override
    public V join() {
        if (isDone()) {
            return super.join();
        }
        LoadGate.Lent place = calls.lend();
        try {
            return super.join();
        } finally {
            calls.goOn(place);
        }
    }
}
