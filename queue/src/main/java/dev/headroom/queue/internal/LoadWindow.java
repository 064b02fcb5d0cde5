package dev.headroom.queue.internal;

import dev.headroom.queue.scale.ClusterLoad;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What was seen in the last minute, to be averaged. Thread-safe. */
final class LoadWindow {
    private static final long LENGTH = ClusterLoad.AVERAGED.toNanos();
    private static final long SHORTEST = Duration.ofSeconds(10).toNanos();

    private final Deque<Sample> samples = new ArrayDeque<>();

    private record Sample(long at, double length, double busy, double free) {}

    /** Keeps what was seen; at most two a second come here, so there are never many. */
    synchronized void add(Lengths.Seen seen, long length, long running) {
        int workers = seen.nodes().stream().mapToInt(ClusterLoad.Node::workers).sum();
        double busy = Math.min(running, workers);
        samples.addLast(new Sample(seen.at(), length, busy, workers - busy));
        while (samples.size() > 1 && seen.at() - samples.getFirst().at > LENGTH) {
            samples.removeFirst();
        }
    }

    /** The averages, with the nodes as last seen. */
    synchronized ClusterLoad load(Lengths.Seen seen) {
        return new ClusterLoad(mean(Sample::length), trend(), mean(Sample::busy), mean(Sample::free), seen.nodes());
    }

    // From the middle of the first half to the middle of the second.
    private double trend() {
        List<Sample> all = List.copyOf(samples);
        int half = all.size() / 2;
        if (half == 0 || all.get(all.size() - 1).at - all.get(0).at < SHORTEST) {
            return 0;
        }
        List<Sample> first = all.subList(0, half);
        List<Sample> second = all.subList(all.size() - half, all.size());
        double jobs = mean(second, Sample::length) - mean(first, Sample::length);
        double nanos = mean(second, Sample::at) - mean(first, Sample::at);
        return jobs / nanos * Duration.ofMinutes(1).toNanos();
    }

    private static double mean(List<Sample> of, ToDoubleFunction<Sample> part) {
        return of.stream().mapToDouble(part).average().orElse(0);
    }

    private double mean(ToDoubleFunction<Sample> part) {
        return samples.stream().mapToDouble(part).average().orElse(0);
    }
}
