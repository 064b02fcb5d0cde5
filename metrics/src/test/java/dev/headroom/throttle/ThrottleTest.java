package dev.headroom.throttle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.config.ConfigurationException;
import dev.headroom.console.PanelView;
import dev.headroom.load.Criticality;
import dev.headroom.throttle.internal.Paths;
import dev.headroom.throttle.internal.ThrottlePanel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ThrottleTest {
    @Test
    void theDefaultsAreGenerous() {
        Throttle throttle = Throttle.builder().build();
        int processors = Runtime.getRuntime().availableProcessors();

        assertThat(throttle.mode()).isEqualTo(Gate.Mode.ENFORCE);
        assertThat(throttle.gate().snapshot().limit()).isEqualTo(Math.min(40 * processors, 1_000));
        assertThat(throttle.options().bypass()).containsExactly("/health/*", "/console/*");
        throttle.close();
        throttle.close();
    }

    @Test
    void refusesPatternsAndTimesThatMeanNothing() {
        assertThatThrownBy(() -> Throttle.builder().bypass("*.png"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("bypass: *.png (expected: a path such as /metrics or /feed/*)");
        assertThatThrownBy(() -> Throttle.builder().retryAfter(Duration.ofSeconds(3), Duration.ofSeconds(2)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("retryAfter: PT3S to PT2S");
    }

    @Test
    void matchesAPathAndAllBelowIt() {
        Paths paths = new Paths(List.of("/health/*", "/metrics"));

        assertThat(List.of("/health", "/health/", "/health/live", "/metrics")).allMatch(paths::match);
        assertThat(List.of("/healthy", "/", "/metrics/x", "/a/health/live")).noneMatch(paths::match);
    }

    @Test
    void theConsoleShowsTheGateAndChangesItsMode() {
        Gate gate = Gate.builder("web")
                .minimumLimit(1)
                .initialLimit(1)
                .maximumLimit(1)
                .build();
        gate.tryEnter(Criticality.CRITICAL);
        gate.tryEnter(Criticality.SHEDDABLE);
        ThrottlePanel panel = new ThrottlePanel(gate);

        PanelView.Table table = panel.view().tables().get(0);
        assertThat(table.rows()).contains(List.of("CRITICAL", "1", "0", "0"), List.of("SHEDDABLE", "0", "1", "0"));
        panel.act("mode", Map.of("mode", "OBSERVE"));
        gate.tryEnter(Criticality.SHEDDABLE);

        assertThat(gate.mode()).isEqualTo(Gate.Mode.OBSERVE);
        assertThat(panel.view().tables().get(0).rows()).contains(List.of("SHEDDABLE", "1", "1", "1"));
        assertThatThrownBy(() -> panel.act("mode", Map.of("mode", "MAYBE")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> panel.act("melt", Map.of())).isInstanceOf(IllegalArgumentException.class);
    }
}
