package dev.headroom.meter;

import java.time.Duration;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Measurements in: reads a meter by name and tags, with its recent rate and quantiles, so that a component can adapt to them.
 *
 * <p>Cheap enough for once a second, not for every request. Thread-safe.
 */
public interface Readings {
    /** The meter's reading, empty when there is no such meter. Tags alternate key and value; all of the meter's tags are given. */
    Optional<Reading> read(String name, String... tags);

    /** The names of all meters. */
    SortedSet<String> names();

    /** Readings of nothing. */
    static Readings none() {
        return new Readings() {
            @Override
            public Optional<Reading> read(String name, String... tags) {
                return Optional.empty();
            }

            @Override
            public SortedSet<String> names() {
                return new TreeSet<>();
            }
        };
    }

    /** What a meter says now. */
    interface Reading {
        /** A counter's or timer's total count; 0 for a gauge. */
        long count();

        /** Events per second over the last minute, about; 0 for a gauge. */
        double recentRate();

        /** A gauge's value; a timer's or distribution's recent mean (seconds, bytes); a counter's count. */
        double value();

        /** A timer's or distribution's recent quantile (seconds, bytes), {@code NaN} where there is none; {@code q} from 0 to 1. */
        double quantile(double q);

        /** How old the newest datum is; a reader that acts on readings stops acting when this is too long. */
        Duration age();
    }
}
