package dev.headroom.cache.memcached;

import dev.headroom.cache.spi.SharedTierException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** Waits for operations, each of which ends within its own time. */
final class Answers {
    private Answers() {}

    static <T> T of(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException failed) {
            Throwable cause = failed.getCause() == null ? failed : failed.getCause();
            throw new SharedTierException(String.valueOf(cause.getMessage()), cause);
        }
    }
}
