package dev.headroom.cache.memcached;

import dev.headroom.cache.spi.SharedTierException;
import dev.headroom.cache.spi.SharedTierException.Reason;
import dev.headroom.memcached.MemcachedException;
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
            throw new SharedTierException(reason(cause), String.valueOf(cause.getMessage()), cause);
        }
    }

    private static Reason reason(Throwable failure) {
        if (!(failure instanceof MemcachedException known)) {
            return Reason.NO_ANSWER;
        }
        return switch (known.kind()) {
            case REFUSED -> Reason.REFUSED;
            case OVERLOADED -> Reason.NOT_ASKED;
            default -> Reason.NO_ANSWER;
        };
    }
}
