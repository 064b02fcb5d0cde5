package dev.headroom.metrics.internal;

import com.codahale.metrics.Timer;
import dev.headroom.console.ConsolePanel;
import dev.headroom.console.PanelView;
import dev.headroom.metrics.DropwizardMeters;
import dev.headroom.metrics.MetricsMeters;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The console's part on requests.
 *
 * @param meters where they are counted
 */
public record MetricsPanel(DropwizardMeters meters) implements ConsolePanel {
    private static final double MILLIS = 1e-6;
    private static final int SHOWN = 12;

    @Override
    public String id() {
        return "metrics";
    }

    @Override
    public String title() {
        return "Requests";
    }

    @Override
    public PanelView view() {
        List<Map.Entry<String, Timer>> timers = new ArrayList<>(meters.registry()
                .getTimers((name, metric) -> name.startsWith(MetricsMeters.REQUESTS + "."))
                .entrySet());
        double rate = timers.stream()
                .mapToDouble(timer -> timer.getValue().getOneMinuteRate())
                .sum();
        double failures = timers.stream()
                .filter(timer -> timer.getKey().endsWith(".status.5xx"))
                .mapToDouble(timer -> timer.getValue().getOneMinuteRate())
                .sum();
        timers.sort(Comparator.comparingDouble(
                (Map.Entry<String, Timer> timer) -> -timer.getValue().getOneMinuteRate()));
        return PanelView.builder()
                .series("requests", "1/s", rate)
                .series("failures", "1/s", failures)
                .table(
                        "Busiest routes",
                        List.of("route", "1/s", "p50 ms", "p99 ms"),
                        timers.stream().limit(SHOWN).map(MetricsPanel::row).toList())
                .build();
    }

    private static List<String> row(Map.Entry<String, Timer> timer) {
        Timer measured = timer.getValue();
        return List.of(
                timer.getKey().substring(MetricsMeters.REQUESTS.length() + 1),
                decimal(measured.getOneMinuteRate()),
                decimal(measured.getSnapshot().getMedian() * MILLIS),
                decimal(measured.getSnapshot().get99thPercentile() * MILLIS));
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
