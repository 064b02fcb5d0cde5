package dev.headroom.throttle.internal;

import dev.headroom.console.ConsolePanel;
import dev.headroom.console.PanelView;
import dev.headroom.console.PanelView.Level;
import dev.headroom.load.Criticality;
import dev.headroom.throttle.Gate;
import dev.headroom.throttle.GateSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The throttle's part of the console.
 *
 * @param gate the gate it shows
 */
public record ThrottlePanel(Gate gate) implements ConsolePanel {
    @Override
    public String id() {
        return "throttle";
    }

    @Override
    public String title() {
        return "Throttle";
    }

    @Override
    public PanelView view() {
        GateSnapshot now = gate.snapshot();
        PanelView.Builder view = PanelView.builder()
                .figure("mode", now.mode(), now.mode() == Gate.Mode.ENFORCE ? Level.GOOD : Level.WARN)
                .figure("limit", now.limit())
                .figure("baseline", millis(now.baseline().toNanos()))
                .figure("latency", millis(now.latency().toNanos()))
                .series("in flight", "requests", now.inFlight())
                .series("limit", "requests", now.limit())
                .table("Requests", List.of("criticality", "admitted", "refused", "would have refused"), rows(now));
        for (Gate.Mode mode : Gate.Mode.values()) {
            if (mode != now.mode()) {
                view.action("mode", label(mode), Map.of("mode", mode.name()));
            }
        }
        return view.build();
    }

    @Override
    public Optional<String> act(String action, Map<String, String> parameters) {
        if (!action.equals("mode")) {
            return ConsolePanel.super.act(action, parameters);
        }
        Gate.Mode mode = Gate.Mode.valueOf(parameters.getOrDefault("mode", ""));
        gate.mode(mode);
        return Optional.of("The throttle's mode is " + mode + " now.");
    }

    private static List<List<String>> rows(GateSnapshot now) {
        List<List<String>> rows = new ArrayList<>();
        for (Criticality criticality : Criticality.values()) {
            rows.add(List.of(
                    criticality.name(),
                    count(now.admitted(), criticality),
                    count(now.refused(), criticality),
                    count(now.wouldHaveRefused(), criticality)));
        }
        return rows;
    }

    private static String count(Map<Criticality, Long> counts, Criticality criticality) {
        return Long.toString(counts.getOrDefault(criticality, 0L));
    }

    private static String millis(long nanos) {
        return nanos == 0 ? "unknown" : String.format(Locale.ROOT, "%.1f ms", nanos / 1e6);
    }

    private static String label(Gate.Mode mode) {
        return switch (mode) {
            case ENFORCE -> "Enforce";
            case OBSERVE -> "Only observe";
            case OFF -> "Switch off";
        };
    }
}
