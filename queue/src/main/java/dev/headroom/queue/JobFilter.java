package dev.headroom.queue;

import dev.headroom.config.Checks;
import dev.headroom.queue.internal.Kind;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

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
     * @throws dev.headroom.config.ConfigurationException if a queue's name is none, if no state is given, or the priorities are not
     *     in 0 to 9 and in order
     */
    public JobFilter {
        for (String queue : Checks.present("queues", queues)) {
            Checks.name("queues", queue);
        }
        queues = Set.copyOf(queues);
        for (JobState state : Checks.notEmpty("states", states)) {
            Checks.present("states", state);
        }
        states = Set.copyOf(states);
        Checks.between("firstPriority", firstPriority, 0, Kind.LAST_PRIORITY);
        Checks.between("lastPriority", lastPriority, firstPriority, Kind.LAST_PRIORITY);
    }

    /** Ready and scheduled jobs of every queue and priority: what {@code GET /queue/length} counts unless told. */
    public static JobFilter waiting() {
        return new JobFilter(Set.of(), EnumSet.of(JobState.READY, JobState.SCHEDULED), 0, Kind.LAST_PRIORITY);
    }

    /**
     * The same for these queues alone; a name may come twice.
     *
     * @throws dev.headroom.config.ConfigurationException if there is none, or one is no name
     */
    public JobFilter queues(String... names) {
        List<String> given = Arrays.asList(Checks.present("queues", names));
        return new JobFilter(
                new LinkedHashSet<>(Checks.notEmpty("queues", given)), states, firstPriority, lastPriority);
    }

    /**
     * The same for these states.
     *
     * @throws dev.headroom.config.ConfigurationException if one is null
     */
    public JobFilter states(JobState first, JobState... others) {
        Set<JobState> given = new LinkedHashSet<>(Arrays.asList(Checks.present("states", others)));
        given.add(first);
        return new JobFilter(queues, given, firstPriority, lastPriority);
    }

    /**
     * The same for the priorities from {@code first} to {@code last}; 0 is the most important.
     *
     * @throws dev.headroom.config.ConfigurationException if they are not in 0 to 9 and in order
     */
    public JobFilter priorities(int first, int last) {
        return new JobFilter(queues, states, first, last);
    }
}
