package dev.headroom.console;

import dev.headroom.internal.InFlight;
import dev.headroom.load.Criticality;
import dev.headroom.load.LoadAdvice;
import dev.headroom.load.LoadFeedback;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/** Shows the load signals and what each criticality is told. */
final class LoadPanel implements ConsolePanel {
    private final LoadFeedback load;
    private final InFlight inFlight;

    LoadPanel(LoadFeedback load, InFlight inFlight) {
        this.load = load;
        this.inFlight = inFlight;
    }

    @Override
    public String id() {
        return "load";
    }

    @Override
    public String title() {
        return "Load";
    }

    @Override
    public PanelView view() {
        double pressure = load.pressure();
        PanelView.Builder view = PanelView.builder()
                .figure("pressure", String.format(Locale.ROOT, "%.2f", pressure), level(pressure))
                .figure("requests in flight", inFlight.count())
                .series("pressure", "", pressure)
                .series("requests in flight", "", inFlight.count());
        new TreeMap<>(load.pressures()).forEach((name, value) -> view.series(name, "", value));
        List<List<String>> rows = new ArrayList<>();
        for (Criticality criticality : Criticality.values()) {
            LoadAdvice advice = load.advise(criticality);
            String told = advice.go() ? "go" : advice.stop() ? "stop" : Math.round(advice.factor() * 100) + " %";
            rows.add(List.of(criticality.name(), told, advice.cause()));
        }
        return view.table("Advice", List.of("criticality", "speed", "because of"), rows)
                .build();
    }

    private static PanelView.Level level(double pressure) {
        return pressure < 0.7 ? PanelView.Level.GOOD : pressure < 1.2 ? PanelView.Level.WARN : PanelView.Level.BAD;
    }
}
