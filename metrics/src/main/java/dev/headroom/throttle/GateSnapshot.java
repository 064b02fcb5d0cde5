package dev.headroom.throttle;

import dev.headroom.load.Criticality;
import java.time.Duration;
import java.util.Map;

/**
 * What a gate knows at one moment.
 *
 * @param name the gate
 * @param mode what it does
 * @param limit how much may be in flight
 * @param inFlight how much is
 * @param baseline the latency without queueing, zero until it is known
 * @param latency the mean latency of the last window, zero until there was one
 * @param admitted how many were let in, by criticality
 * @param refused how many were refused, by criticality
 * @param wouldHaveRefused how many were let in only because the gate observes, by criticality
 */
public record GateSnapshot(
        String name,
        Gate.Mode mode,
        int limit,
        int inFlight,
        Duration baseline,
        Duration latency,
        Map<Criticality, Long> admitted,
        Map<Criticality, Long> refused,
        Map<Criticality, Long> wouldHaveRefused) {
    /** Copies the maps. */
    public GateSnapshot {
        admitted = Map.copyOf(admitted);
        refused = Map.copyOf(refused);
        wouldHaveRefused = Map.copyOf(wouldHaveRefused);
    }
}
