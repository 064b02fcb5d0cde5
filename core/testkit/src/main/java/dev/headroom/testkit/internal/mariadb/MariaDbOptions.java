package dev.headroom.testkit.internal.mariadb;

import java.time.Duration;
import java.util.Map;

/** What a MariaDB cluster is started with. */
public record MariaDbOptions(int standbys, int maxConnections, Map<String, String> settings, Duration timeout) {

    public MariaDbOptions {
        settings = Map.copyOf(settings);
    }
}
