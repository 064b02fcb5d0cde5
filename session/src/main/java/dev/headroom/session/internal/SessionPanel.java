package dev.headroom.session.internal;

import dev.headroom.console.ConsolePanel;
import dev.headroom.console.PanelView;
import dev.headroom.console.PanelView.Level;

/** The console's panel. */
final class SessionPanel implements ConsolePanel {
    private final SessionEngine engine;

    SessionPanel(SessionEngine engine) {
        this.engine = engine;
    }

    @Override
    public String id() {
        return "session";
    }

    @Override
    public String title() {
        return "Sessions";
    }

    @Override
    public PanelView view() {
        Counts counts = engine.counts();
        boolean available = engine.store().available();
        LocalCopies copies = engine.copies();
        PanelView.Builder view = PanelView.builder()
                .figure(
                        "store",
                        engine.store().name() + (available ? "" : ", degraded"),
                        available ? Level.GOOD : Level.WARN)
                .figure("reads", counts.loads.sum())
                .figure("writes", counts.saves.sum())
                .figure("served without the store", counts.degraded.sum())
                .figure("conflicting writes", counts.conflicts.sum())
                .figure("unreadable", counts.corrupt.sum(), counts.corrupt.sum() == 0 ? Level.PLAIN : Level.WARN)
                .series("session reads", "", counts.loads.sum());
        if (copies != null) {
            view.figure("local copies", copies.size());
        }
        return view.build();
    }
}
