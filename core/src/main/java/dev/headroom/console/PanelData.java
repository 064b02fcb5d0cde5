package dev.headroom.console;

import dev.headroom.internal.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The views of all panels as JSON; made at most twice a second, however many look. */
final class PanelData {
    private static final long KEPT_NANOS = Duration.ofMillis(500).toNanos();
    private static final Logger log = LoggerFactory.getLogger(PanelData.class);

    private final List<ConsolePanel> panels;
    private final ReentrantLock lock = new ReentrantLock();
    private String last = "";
    private long lastAt;

    PanelData(List<ConsolePanel> panels) {
        this.panels = List.copyOf(panels);
    }

    /** All panels as a JSON array. */
    String json() {
        lock.lock();
        try {
            if (last.isEmpty() || System.nanoTime() - lastAt >= KEPT_NANOS) {
                last = Json.write(panels.stream().map(PanelData::show).toList());
                lastAt = System.nanoTime();
            }
            return last;
        } finally {
            lock.unlock();
        }
    }

    /** Makes the next look a fresh one. */
    void changed() {
        lock.lock();
        try {
            last = "";
        } finally {
            lock.unlock();
        }
    }

    private static Map<String, Object> show(ConsolePanel panel) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("id", panel.id());
        shown.put("title", panel.title());
        try {
            PanelView view = panel.view();
            shown.put("figures", view.figures().stream().map(PanelData::figure).toList());
            shown.put("series", view.series().stream().map(PanelData::series).toList());
            shown.put("tables", view.tables().stream().map(PanelData::table).toList());
            shown.put("actions", view.actions().stream().map(PanelData::action).toList());
        } catch (RuntimeException e) {
            log.warn("console: panel {} failed", panel.id(), e);
            shown.put("failure", "This panel failed: " + e.getClass().getSimpleName());
        }
        return shown;
    }

    private static Map<String, Object> figure(PanelView.Figure figure) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("label", figure.label());
        shown.put("value", figure.value());
        shown.put("level", figure.level().name());
        return shown;
    }

    private static Map<String, Object> series(PanelView.Series series) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("label", series.label());
        shown.put("unit", series.unit());
        shown.put("value", series.value());
        return shown;
    }

    private static Map<String, Object> table(PanelView.Table table) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("title", table.title());
        shown.put("columns", table.columns());
        shown.put("rows", new ArrayList<>(table.rows()));
        return shown;
    }

    private static Map<String, Object> action(PanelView.Action action) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("name", action.name());
        shown.put("label", action.label());
        shown.put("parameters", action.parameters());
        return shown;
    }
}
