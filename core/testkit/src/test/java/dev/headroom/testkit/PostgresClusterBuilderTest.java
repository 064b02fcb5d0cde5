package dev.headroom.testkit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PostgresClusterBuilderTest {

    private final PostgresClusterBuilder builder = PostgresCluster.builder();

    @Test
    void namesTheOptionItsValueAndWhatWasExpected() {
        assertThatThrownBy(() -> builder.standbys(9)).hasMessage("standbys: 9 (expected: 0 to 8)");
        assertThatThrownBy(() -> builder.maxConnections(1)).hasMessage("maxConnections: 1 (expected: 10 to 5000)");
        assertThatThrownBy(() -> builder.timeout(Duration.ZERO)).hasMessage("timeout: PT0S (expected: > 0)");
        assertThatThrownBy(() -> builder.database("a-b")).hasMessageStartingWith("database: a-b (expected: [a-z_]");
    }

    @Test
    void refusesSettingsThatWouldBreakTheCluster() {
        assertThatThrownBy(() -> builder.setting("port", "1"))
                .hasMessageStartingWith("setting: port (expected: not one");
        assertThatThrownBy(() -> builder.setting("work mem", "1"))
                .hasMessageStartingWith("setting: work mem (expected:");
        assertThatThrownBy(() -> builder.setting("work_mem", "1\nport=2"))
                .hasMessageStartingWith("setting work_mem: 1");
    }
}
