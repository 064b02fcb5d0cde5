package dev.headroom.router.shard;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a scatter read brought.
 *
 * @param results one of each cluster that answered; of a cluster that took part twice, because a logical database was moved meanwhile, two
 * @param failures why others did not, by cluster; empty unless partial results are allowed
 * @param <T> a cluster's result
 */
public record Scattered<T extends @Nullable Object>(List<T> results, Map<String, Exception> failures) {
    /** Whether all have answered. */
    public boolean complete() {
        return failures.isEmpty();
    }
}
