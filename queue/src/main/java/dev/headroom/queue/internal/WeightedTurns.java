package dev.headroom.queue.internal;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Whose turn it is among queues that share workers: smooth weighted round robin, as nginx has it for servers (commit 52327e0627f4). In each
 * turn every queue that may have work gains its weight, and the one that has most is next and pays what all have gained; so among queues with
 * work each has its share of any few turns that follow one another, and none comes in bursts. Not thread-safe.
 */
final class WeightedTurns {
    private WeightedTurns() {}

    /** So many turns; how many of them each has. */
    static Map<Share, Integer> draw(Collection<Share> among, int turns) {
        int all = among.stream().mapToInt(share -> share.weight).sum();
        Map<Share, Integer> drawn = new LinkedHashMap<>();
        for (int i = 0; i < turns; i++) {
            Share next = null;
            for (Share each : among) {
                each.due += each.weight;
                next = next == null || each.due > next.due ? each : next;
            }
            if (next != null) {
                next.due -= all;
                drawn.merge(next, 1, Integer::sum);
            }
        }
        return drawn;
    }

    /** A queue has no work: it saves nothing up for when it has. */
    static void forgo(Share share) {
        share.due = 0;
    }
}
