package dev.headroom.console;

import dev.headroom.health.CheckResult;
import dev.headroom.health.Health;
import dev.headroom.health.HealthReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Shows the health checks. */
final class HealthPanel implements ConsolePanel {
    private static final List<String> COLUMNS = List.of("check", "state", "ms", "message");

    private final Health health;

    HealthPanel(Health health) {
        this.health = health;
    }

    @Override
    public String id() {
        return "health";
    }

    @Override
    public String title() {
        return "Health";
    }

    @Override
    public PanelView view() {
        HealthReport report = health.lastReport(); // a panel may not wait for checks: all panels would
        PanelView.Level level = report.ready() ? PanelView.Level.GOOD : PanelView.Level.BAD;
        PanelView.Builder view =
                PanelView.builder().figure("state", report.state().name().toLowerCase(Locale.ROOT), level);
        List<List<String>> rows = new ArrayList<>();
        for (CheckResult check : report.checks()) {
            String state = check.healthy() ? "ok" : check.required() ? "failed" : "failed (optional)";
            rows.add(List.of(check.name(), state, Long.toString(check.took().toMillis()), check.message()));
        }
        return rows.isEmpty()
                ? view.build()
                : view.table("Checks", COLUMNS, rows).build();
    }
}
