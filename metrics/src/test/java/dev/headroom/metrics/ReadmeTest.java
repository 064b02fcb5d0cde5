package dev.headroom.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.Headroom;
import dev.headroom.meter.Counter;
import dev.headroom.meter.Readings.Reading;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ReadmeTest {
    @Test
    void startsInTenLines() {
        Metrics metrics = Metrics.builder()
                .statsd("localhost", 8125)
                .prefix("shop.web1")
                .prometheus("/metrics")
                .build();

        Headroom headroom = Headroom.builder("shop").plug(metrics).build();

        Counter orders = headroom.contracts().meters().counter("orders", "currency", "EUR");
        orders.increment();
        Reading reading = headroom.contracts()
                .readings()
                .read("orders", "currency", "EUR")
                .orElseThrow();

        assertThat(reading.count()).isEqualTo(1);
        headroom.close();
    }

    @Test
    void namesEveryMeter() throws Exception {
        Set<String> inTable = Pattern.compile("\\| `(headroom\\.metrics\\.[a-z.]+)` \\|")
                .matcher(Files.readString(Path.of("README.md")))
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        List<String> constants = new ArrayList<>();
        for (Field field : MetricsMeters.class.getFields()) {
            constants.add((String) field.get(null));
        }
        assertThat(inTable).containsExactlyInAnyOrderElementsOf(constants);
    }
}
