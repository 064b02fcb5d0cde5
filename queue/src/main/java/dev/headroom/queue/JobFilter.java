package dev.headroom.queue;

import dev.headroom.config.Checks;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which jobs count: in which queues, in which states, of which priorities.
 *
 * <pre>{@code
 * JobFilter.waiting().queues("images", "mail").priorities(0, 6)
 * }</pre>
 *
 * @param queues the queues' names; empty for all
 * @param states the states
 * @param firstPriority the first of the priorities, 0 to 9
 * @param lastPriority the last of the priorities, {@code firstPriority} to 9
 */
public record JobFilter(Set<String> queues, Set<JobState> states, int firstPriority, int lastPriority) {
    /**
     * Checks and copies.
     *
     * @throws dev.headroom.config.ConfigurationException if no state is given, or the priorities are not in 0 to 9 and in order
     */
    public JobFilter {
        queues = Set.copyOf(queues);
        states = Set.copyOf(Checks.notEmpty("states", states));
        Checks.between("firstPriority", firstPriority, 0, 9);
        Checks.between("lastPriority", lastPriority, firstPriority, 9);
    }

    /** Ready and scheduled jobs of every queue and priority: what {@code GET /queue/length} counts unless told. */
    public static JobFilter waiting() {
        return new JobFilter(Set.of(), EnumSet.of(JobState.READY, JobState.SCHEDULED), 0, 9);
    }

    /** The same for these queues alone. */
    public JobFilter queues(String... names) {
        Collection<String> checked = new TreeSet<>();
        for (String name : Checks.notEmpty("queues", Set.of(names))) {
            checked.add(Checks.name("queues", name));
        }
        return new JobFilter(Set.copyOf(checked), states, firstPriority, lastPriority);
    }

    /** The same for these states. */
    public JobFilter states(JobState first, JobState... others) {
        return new JobFilter(queues, EnumSet.of(first, others), firstPriority, lastPriority);
    }

    /** The same for the priorities from {@code first} to {@code last}; 0 is the most important. */
    public JobFilter priorities(int first, int last) {
        return new JobFilter(queues, states, first, last);
    }
}
