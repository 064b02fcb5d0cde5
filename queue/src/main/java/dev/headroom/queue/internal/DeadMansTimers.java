package dev.headroom.queue.internal;

import dev.headroom.queue.internal.sql.ScheduleTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** For how long the kinds with a dead man's timer have not ended well. Thread-safe. */
final class DeadMansTimers {
    private final ScheduleTable schedules;
    private final Map<String, Duration> limits;
    private final long began = System.nanoTime();

    DeadMansTimers(ScheduleTable schedules, Kinds kinds) {
        this.schedules = schedules;
        this.limits = Schedules.of(kinds).stream()
                .filter(kind -> !silence(kind).isZero())
                .collect(Collectors.toUnmodifiableMap(Kind::name, DeadMansTimers::silence));
    }

    private static Duration silence(Kind kind) {
        return Objects.requireNonNull(kind.every()).silence();
    }

    /** Those of which this process has the code. */
    Set<String> kinds() {
        return limits.keySet();
    }

    /** For how long each has been silent; one that no node has ever declared for as long as this process has known of it. */
    Map<String, Duration> silence(Connection connection) throws SQLException {
        if (limits.isEmpty()) {
            return Map.of();
        }
        Map<String, Duration> declared = schedules.sinceDone(connection);
        Duration up = Duration.ofNanos(System.nanoTime() - began);
        Map<String, Duration> silence = new TreeMap<>();
        limits.keySet().forEach(kind -> silence.put(kind, declared.getOrDefault(kind, up)));
        return silence;
    }

    /** What is to be told of those of them that have been silent for too long. */
    List<String> tooLong(Connection connection) throws SQLException {
        List<String> late = new ArrayList<>();
        silence(connection).forEach((kind, silence) -> {
            Duration limit = Objects.requireNonNull(limits.get(kind));
            if (silence.compareTo(limit) > 0) {
                late.add(kind + ": silent for " + silence.toSeconds() + " s (expected: at most " + limit.toSeconds()
                        + " s)");
            }
        });
        return late;
    }
}
