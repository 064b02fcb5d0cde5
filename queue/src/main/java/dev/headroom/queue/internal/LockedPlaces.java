package dev.headroom.queue.internal;

import dev.headroom.queue.internal.sql.Floors;
import dev.headroom.queue.internal.sql.LockedJob;
import dev.headroom.queue.internal.sql.Slot;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Up to where this process's transactions have locked jobs at this moment, so that the next one begins behind them: to pass by a locked row costs
 * as much as to lock it. Four times a second one begins at the front all the same, since what is ready between those rows may be anybody's. Thread-safe.
 */
final class LockedPlaces {
    private static final long FROM_THE_FRONT_EVERY = 250_000_000;

    private final Map<Integer, Map<Object, List<LockedJob>>> byQueue = new HashMap<>();
    private final Map<Integer, Long> atTheFront = new HashMap<>();

    /** By priority and criticality, the positions up to which jobs of a queue are locked here; null if one is to begin at the front. */
    synchronized long @Nullable [] behind(int queue) {
        Map<Object, List<LockedJob>> locked = byQueue.get(queue);
        long now = System.nanoTime();
        Long last = atTheFront.get(queue);
        if (locked == null || locked.isEmpty() || last == null || now - last > FROM_THE_FRONT_EVERY) {
            atTheFront.put(queue, now);
            return null;
        }
        long[] behind = new long[Slot.COUNT];
        for (List<LockedJob> jobs : locked.values()) {
            for (LockedJob each : jobs) {
                Floors.Place place = each.place();
                if (place.lane() == 0) {
                    int slot = place.slot().index();
                    behind[slot] = Math.max(behind[slot], place.position());
                }
            }
        }
        return behind;
    }

    synchronized void locked(int queue, Object transaction, List<LockedJob> jobs) {
        byQueue.computeIfAbsent(queue, none -> new IdentityHashMap<>()).put(transaction, jobs);
    }

    /** @param left whether some of its jobs are where they were, and so before what others have locked since */
    synchronized void unlocked(int queue, Object transaction, boolean left) {
        Map<Object, List<LockedJob>> locked = byQueue.get(queue);
        if (locked != null) {
            locked.remove(transaction);
        }
        if (left) {
            atTheFront.remove(queue);
        }
    }
}
