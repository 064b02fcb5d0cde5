package dev.headroom.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.codahale.metrics.MetricRegistry;
import dev.headroom.meter.Counter;
import dev.headroom.meter.Meters;
import dev.headroom.meter.Readings.Reading;
import dev.headroom.meter.Timer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class DropwizardMetersTest {
    private final MetricRegistry registry = new MetricRegistry();
    private final DropwizardMeters meters = DropwizardMeters.on(registry);

    @Test
    void putsOrdinaryMetricsIntoTheRegistry() {
        Counter hits = meters.counter("cache.gets", "result", "hit", "cache", "products");
        hits.add(3);
        meters.counter("cache.gets", "cache", "products", "result", "hit").increment();

        assertThat(registry.getMeters()
                        .get("cache.gets.cache.products.result.hit")
                        .getCount())
                .isEqualTo(4);
    }

    @Test
    void readsBackWhatWasWritten() {
        Timer timer = meters.timer("jobs", "kind", "mail");
        for (int i = 1; i <= 100; i++) {
            timer.record(Duration.ofMillis(i));
        }
        Reading reading = meters.read("jobs", "kind", "mail").orElseThrow();

        assertThat(reading.count()).isEqualTo(100);
        assertThat(reading.value()).isCloseTo(0.0505, within(0.001));
        assertThat(reading.quantile(0.99)).isCloseTo(0.099, within(0.002));
        assertThat(meters.names()).contains("jobs");
        assertThat(meters.read("jobs", "kind", "unknown")).isEmpty();
    }

    @Test
    void replacesAGaugeAndRemovesOnlyItsOwn() {
        Meters.Gauge first = meters.gauge("free", () -> 1, "store", "photos");
        Meters.Gauge second = meters.gauge("free", () -> 2, "store", "photos");
        first.close();
        assertThat(meters.read("free", "store", "photos").orElseThrow().value()).isEqualTo(2);
        second.close();
        second.close();
        assertThat(meters.read("free", "store", "photos")).isEmpty();
    }

    @Test
    void countsWhatIsTooMuchAsOther() {
        for (int i = 0; i < DropwizardMeters.MAXIMUM_SERIES + 500; i++) {
            meters.counter("requests", "user", "user-" + i).increment();
        }
        assertThat(registry.getMeters((name, metric) -> name.startsWith("requests.")))
                .hasSizeLessThanOrEqualTo(DropwizardMeters.MAXIMUM_SERIES + 1);
        assertThat(meters.read("requests", "user", "other").orElseThrow().count())
                .isEqualTo(500);
        assertThat(meters.read(MetricsMeters.OVERFLOW).orElseThrow().count()).isEqualTo(500);
    }

    @Test
    void leavesAloneWhatTheRegistryHasByThatNameAndThrowsNothing() {
        registry.counter("mine.a.b");
        meters.counter("mine", "a", "b").increment();
        meters.timer("mine", "a", "b").record(Duration.ofMillis(1));
        meters.distribution("mine", "a", "b").add(1);
        meters.gauge("mine", () -> 1, "a", "b").close();

        assertThat(registry.getCounters().get("mine.a.b").getCount()).isZero();
        assertThat(registry.getMetrics()).hasSize(1);
    }

    @Test
    void refusesTagsThatAreNotKeysAndValues() {
        assertThatThrownBy(() -> meters.counter("b", "key")).hasMessageContaining("expected: keys and values in turn");
    }
}
