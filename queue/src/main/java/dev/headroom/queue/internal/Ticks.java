package dev.headroom.queue.internal;

import java.time.Instant;
import java.util.Optional;

/** The moments of a calendar at which something is due. Immutable. */
@FunctionalInterface
public interface Ticks {
    /** The first one that is later; empty if there is none. */
    Optional<Instant> after(Instant time);
}
