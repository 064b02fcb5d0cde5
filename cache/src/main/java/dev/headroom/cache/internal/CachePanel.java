package dev.headroom.cache.internal;

import dev.headroom.cache.Cache;
import dev.headroom.cache.CacheMode;
import dev.headroom.cache.CacheStats;
import dev.headroom.console.ConsolePanel;
import dev.headroom.console.PanelView;
import dev.headroom.console.PanelView.Level;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The console's panel. */
final class CachePanel implements ConsolePanel {
    private final DefaultCaches caches;
    private final Surroundings around;
    private final @Nullable SharedRows shared;

    CachePanel(DefaultCaches caches, Surroundings around, @Nullable SharedRows shared) {
        this.caches = caches;
        this.around = around;
        this.shared = shared;
    }

    @Override
    public String id() {
        return "cache";
    }

    @Override
    public String title() {
        return "Caches";
    }

    @Override
    public PanelView view() {
        LoadGate gate = around.gate;
        PanelView.Builder view = PanelView.builder()
                .figure(
                        "mode",
                        caches.mode().name().toLowerCase(Locale.ROOT),
                        caches.mode() == CacheMode.ON ? Level.GOOD : Level.WARN)
                .figure(
                        "loads running",
                        gate.running() + " of " + gate.maximum(),
                        gate.waiting() > 0 ? Level.WARN : Level.PLAIN);
        List<List<String>> rows = new ArrayList<>();
        List<Cache<?, ?>> sorted = new ArrayList<>(caches.all());
        sorted.sort(Comparator.comparing(Cache::name));
        for (Cache<?, ?> cache : sorted) {
            CacheStats stats = cache.stats();
            rows.add(row(cache.name(), stats));
            view.series("hit rate of " + cache.name(), "%", stats.hitRate() * 100);
            view.action("clear", "Clear " + cache.name(), Map.of("cache", cache.name()));
        }
        view.table(
                "Caches",
                List.of(
                        "cache",
                        "hit rate",
                        "size",
                        "hits",
                        "stale",
                        "misses",
                        "coalesced",
                        "loads",
                        "failed",
                        "discarded"),
                rows);
        if (shared != null) {
            shared.addTo(view);
        }
        for (CacheMode mode : CacheMode.values()) {
            if (mode != caches.mode()) {
                view.action("mode", "Switch to " + mode.name().toLowerCase(Locale.ROOT), Map.of("mode", mode.name()));
            }
        }
        return view.build();
    }

    @Override
    public Optional<String> act(String action, Map<String, String> parameters) {
        if (action.equals("clear")) {
            String name = parameters.getOrDefault("cache", "");
            Cache<?, ?> found = caches.all().stream()
                    .filter(cache -> cache.name().equals(name))
                    .findFirst()
                    .orElseThrow(
                            () -> new IllegalArgumentException("cache: " + name + " (expected: one that there is)"));
            found.clear();
            return Optional.of("Cleared " + name + ".");
        }
        if (action.equals("mode")) {
            caches.mode(CacheMode.of("mode", parameters.getOrDefault("mode", "")));
            return Optional.of("The caches are now " + caches.mode() + ".");
        }
        return ConsolePanel.super.act(action, parameters);
    }

    private static List<String> row(String name, CacheStats stats) {
        return List.of(
                name,
                Double.isNaN(stats.hitRate()) ? "–" : String.format(Locale.ROOT, "%.1f %%", stats.hitRate() * 100),
                String.valueOf(stats.size()),
                String.valueOf(stats.hits()),
                String.valueOf(stats.staleHits()),
                String.valueOf(stats.misses()),
                String.valueOf(stats.coalesced()),
                String.valueOf(stats.loads()),
                String.valueOf(stats.loadFailures()),
                String.valueOf(stats.discarded()));
    }
}
