package dev.headroom.examples.storm.site;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * How to start a site.
 *
 * @param jar the marketplace's
 * @param instances how many processes
 * @param standbys how many streaming copies of the database
 * @param synchronous whether commits wait for a standby
 * @param logDirectory where to keep the processes' logs, empty for nowhere
 * @param environment toggles such as {@code CACHE}; where things are is decided here
 */
public record StartOptions(
        Path jar,
        int instances,
        int standbys,
        boolean synchronous,
        Optional<Path> logDirectory,
        Map<String, String> environment) {
    public StartOptions {
        environment = Map.copyOf(environment);
    }
}
