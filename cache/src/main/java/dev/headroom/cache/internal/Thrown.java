package dev.headroom.cache.internal;

import dev.headroom.cache.CacheLoadException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** Carries what a source threw to where it belongs, without changing it. */
final class Thrown {
    private Thrown() {}

    /** Runs a source where only exceptions may be declared; anything else comes out as it is. */
    static Loaded asException(Source source, Load load) throws Exception {
        try {
            return source.load(load);
        } catch (Exception | Error known) {
            throw known;
        } catch (Throwable other) {
            throw new CacheLoadException("load failed: " + other, other);
        }
    }

    /** Waits for a loader's stage; throws what it failed with. */
    static <V extends @Nullable Object> V resultOf(CompletionStage<V> stage) throws Throwable {
        try {
            return stage.toCompletableFuture().get();
        } catch (ExecutionException failed) {
            throw cause(failed);
        }
    }

    /** How a future of a programmatic get fails. */
    static CompletionException completion(String cache, Throwable thrown) {
        Throwable failure = thrown instanceof CompletionException ? cause(thrown) : thrown;
        boolean asItIs = failure instanceof RuntimeException || failure instanceof Error;
        return new CompletionException(
                asItIs ? failure : new CacheLoadException("cache " + cache + ": load failed: " + failure, failure));
    }

    private static Throwable cause(Throwable wrapper) {
        Throwable cause = wrapper.getCause();
        return cause == null ? wrapper : cause;
    }

    /** What the callers of a programmatic get see. */
    static RuntimeException unchecked(String cache, Throwable failure) {
        if (failure instanceof RuntimeException unchecked) {
            return unchecked;
        }
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        return new CacheLoadException("cache " + cache + ": load failed: " + failure, failure);
    }
}
