package dev.headroom.queue.internal.sql;

import dev.headroom.queue.JobFilter;
import dev.headroom.queue.JobState;
import dev.headroom.queue.QueueLength;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/** How many jobs of each state and priority are in one queue, and the age of its oldest ready job. Filled by one thread. */
public final class QueueCounts {
    private final Map<JobState, long[]> counts = new EnumMap<>(JobState.class);
    private Duration oldestAge = Duration.ZERO;

    void set(JobState state, int priority, long count) {
        counts.computeIfAbsent(state, none -> new long[10])[priority] = count;
    }

    void oldestAge(long millis) {
        oldestAge = Duration.ofMillis(millis);
    }

    /** The filter's jobs; it is not asked for the queue. */
    public long count(JobFilter filter) {
        long count = 0;
        for (JobState state : filter.states()) {
            long[] priorities = counts.get(state);
            if (priorities != null) {
                count += Arrays.stream(priorities, filter.firstPriority(), filter.lastPriority() + 1)
                        .sum();
            }
        }
        return count;
    }

    /** All priorities together. */
    public QueueLength length() {
        return new QueueLength(
                all(JobState.READY),
                all(JobState.SCHEDULED),
                all(JobState.BLOCKED),
                all(JobState.RUNNING),
                all(JobState.DEAD),
                oldestAge);
    }

    private long all(JobState state) {
        return Math.min(QueueLength.COUNTED, count(JobFilter.waiting().states(state)));
    }
}
