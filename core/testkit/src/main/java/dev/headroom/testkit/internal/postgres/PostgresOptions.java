package dev.headroom.testkit.internal.postgres;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an embedded cluster is started with.
 *
 * @param dataDirectory where it lives; null for a temporary directory that goes with the cluster
 */
public record PostgresOptions(
        int standbys,
        int maxConnections,
        Map<String, String> settings,
        @Nullable Path dataDirectory,
        String database,
        Duration timeout,
        boolean closeAtExit) {

    public PostgresOptions {
        settings = Map.copyOf(settings);
    }

    boolean temporary() {
        return dataDirectory == null;
    }
}
