package dev.headroom.cache.servlet;

import java.time.Duration;
import java.util.List;

/**
 * One source of visitors, as instances tell it to one another.
 *
 * @param host its host
 * @param id makes the keys of its snapshots
 * @param version the higher one counts; of two that are the same, the later id
 * @param left how long it was to last when it was written
 * @param thawed whether it has been ended
 */
record Freeze(String host, String id, long version, Duration left, boolean thawed) {
    /** All that one instance knows. */
    record All(List<Freeze> sources) {}

    boolean outranks(Freeze other) {
        return version != other.version ? version > other.version : id.compareTo(other.id) > 0;
    }
}
