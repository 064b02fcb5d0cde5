package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.config.ConfigurationException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The number of workers fits the machine. */
class WorkersTest {
    private static final Map<String, Integer> MACHINES = Map.of("m1.small", 2, "m1.large", 8);

    @Test
    void goesByTheProcessorsOfThisMachine() {
        assertThat(Workers.perProcessor(2)).isEqualTo(2 * Runtime.getRuntime().availableProcessors());
        assertThat(Workers.perProcessor(2, 4)).isEqualTo(8);
        assertThat(Workers.perProcessor(1.5, 3)).isEqualTo(5);
        assertThat(Workers.perProcessor(0.1, 2)).as("one at least").isOne();
        assertThatThrownBy(() -> Workers.perProcessor(0))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("perProcessor: 0.0 (expected: 0.01 to 1000.0)");
    }

    @Test
    void goesByTheSortOfTheMachine() {
        assertThat(Workers.byMachine("m1.small", MACHINES, 2)).isEqualTo(2);
        assertThat(Workers.byMachine(" m1.large ", MACHINES, 2)).isEqualTo(8);
        assertThat(Workers.byMachine("c9.huge", MACHINES, 2)).isEqualTo(2);
        assertThat(Workers.byMachine(null, MACHINES, 2)).isEqualTo(2);
        assertThatThrownBy(() -> Workers.byMachine("m1.large", Map.of("m1.small", -1), 2))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("workers of m1.small: -1 (expected: 0 to 100000)");
    }

    @Test
    void goesByTheEnvironment() {
        assertThat(Workers.fromEnvironment("HEADROOM_NO_SUCH_VARIABLE", 3)).isEqualTo(3);
        assertThat(Workers.parsed("QUEUE_WORKERS", " 16 ", 3)).isEqualTo(16);
        assertThat(Workers.parsed("QUEUE_WORKERS", "", 3)).isEqualTo(3);
        assertThatThrownBy(() -> Workers.parsed("QUEUE_WORKERS", "many", 3))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("QUEUE_WORKERS: \"many\" (expected: a number from 0 to 100000)");
        assertThatThrownBy(() -> Workers.parsed("QUEUE_WORKERS", "-1", 3))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("QUEUE_WORKERS: -1 (expected: 0 to 100000)");
    }
}
