package dev.headroom.queue.scale;

import dev.headroom.config.Checks;
import java.time.Duration;
import java.util.List;

/**
 * How loaded the servers that work on a queue are.
 *
 * @param length how many jobs count as waiting, on average over the last minute
 * @param trend by how many jobs that changes in a minute; below 0 when the queue is being emptied
 * @param busy workers that have a job, on average over the last minute
 * @param free workers that have none, on average over the last minute
 * @param nodes the servers that are at work, oldest first
 */
public record ClusterLoad(double length, double trend, double busy, double free, List<Node> nodes) {
    /** The time that is averaged over. */
    public static final Duration AVERAGED = Duration.ofMinutes(1);

    /** Copies. */
    public ClusterLoad {
        nodes = List.copyOf(nodes);
    }

    /**
     * A server at work.
     *
     * @param name process and host
     * @param workers how many jobs it runs at once
     * @param up for how long it has been at work, by the database's clock
     */
    public record Node(String name, int workers, Duration up) {
        /** Checks. */
        public Node {
            Checks.notNegative("up", up);
        }
    }

    /** Whether the jobs that wait now are gone within so long if it goes on like this. */
    boolean emptiedWithin(Duration time) {
        return length >= 1 && trend < 0 && length / -trend * 60 <= time.toSeconds();
    }

    /** Whether a server came so lately that the averages don't show what it does. */
    boolean unsettled() {
        return !nodes.isEmpty() && nodes.get(nodes.size() - 1).up().compareTo(AVERAGED) < 0;
    }

    /** The workers of a server, taken from those that are there; at least 1. */
    double workersPerNode() {
        return Math.max(1, nodes.stream().mapToInt(Node::workers).average().orElse(1));
    }
}
