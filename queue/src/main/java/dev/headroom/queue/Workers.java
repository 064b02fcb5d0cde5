package dev.headroom.queue;

import dev.headroom.config.Checks;
import dev.headroom.config.ConfigurationException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How many workers fit the machine: for {@link JobQueueBuilder#workers}, where one build runs on machines of several sizes.
 *
 * <p>Two for each unit of computing power, a table for the machines that are known and two for others is the rule of the IBM developerWorks series on
 * scaling a web application with EC2 and delayed_job (2010), which adds that your workload may differ: jobs that compute all the time want one for each
 * processor, those that mostly wait more than two. A processor is what the JVM may use of the machine or its container.
 *
 * <pre>{@code
 * builder.workers(Workers.perProcessor(2));
 * builder.workers(Workers.byMachine(System.getenv("MACHINE_TYPE"), Map.of("m1.small", 2, "m1.large", 8), 2));
 * builder.workers(Workers.fromEnvironment("QUEUE_WORKERS", Workers.perProcessor(2)));
 * }</pre>
 */
public final class Workers {
    static final int MOST = 100_000;

    private Workers() {}

    /**
     * So many for each processor of this machine, rounded to the nearest; at least 1.
     *
     * @throws ConfigurationException if it is not in 0.01 to 1000
     */
    public static int perProcessor(double workers) {
        return perProcessor(workers, Runtime.getRuntime().availableProcessors());
    }

    static int perProcessor(double workers, int processors) {
        double checked = Checks.between("perProcessor", workers, 0.01, 1_000);
        return (int) Math.max(1, Math.min(MOST, Math.round(checked * processors)));
    }

    /**
     * What the table says of this machine, or {@code otherwise}.
     *
     * @param machine what sort of machine this is, as its provider calls it; null or blank where nobody said
     * @throws ConfigurationException if a number is not in 0 to 100000, of whichever machine
     */
    public static int byMachine(@Nullable String machine, Map<String, Integer> workers, int otherwise) {
        workers.forEach((each, count) -> Checks.between("workers of " + each, count, 0, MOST));
        Checks.between("workers otherwise", otherwise, 0, MOST);
        return machine == null ? otherwise : workers.getOrDefault(machine.strip(), otherwise);
    }

    /**
     * The number in an environment variable, or {@code otherwise} where it is not set or blank.
     *
     * @throws ConfigurationException if what it says is not a number from 0 to 100000
     */
    public static int fromEnvironment(String variable, int otherwise) {
        return parsed(Checks.notBlank("variable", variable), System.getenv(variable), otherwise);
    }

    static int parsed(String variable, @Nullable String value, int otherwise) {
        if (value == null || value.isBlank()) {
            return Checks.between("workers otherwise", otherwise, 0, MOST);
        }
        try {
            return Checks.between(variable, Integer.parseInt(value.strip()), 0, MOST);
        } catch (NumberFormatException none) {
            throw new ConfigurationException(variable, "\"" + value + "\"", "a number from 0 to " + MOST);
        }
    }
}
