package dev.headroom.cache.internal;

import dev.headroom.cache.internal.CacheCounts.Shared;
import dev.headroom.console.PanelView;
import dev.headroom.console.PanelView.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the console's panel says of the shared tier. */
final class SharedRows {
    private final DefaultCaches caches;
    private final Homes homes;

    SharedRows(DefaultCaches caches, Homes homes) {
        this.caches = caches;
        this.homes = homes;
    }

    void addTo(PanelView.Builder view) {
        int pending = homes.pending();
        view.figure("pending invalidations", String.valueOf(pending), pending > 0 ? Level.WARN : Level.PLAIN);
        List<List<String>> nodes = new ArrayList<>();
        for (Home home : homes.all()) {
            String said = home.node.state();
            String state = home.isDown() ? "unreachable" : "reached";
            nodes.add(List.of(home.node.id(), state, said.isEmpty() ? "–" : said, String.valueOf(home.pending())));
        }
        view.table("Shared tier", List.of("node", "last call", "breaker", "pending invalidations"), nodes);
        List<List<String>> rows = new ArrayList<>();
        for (DefaultCache<?, ?> cache : caches.shared()) {
            rows.add(row(cache.name(), cache.counts()));
        }
        view.table(
                "In the shared tier",
                List.of("cache", "hit rate", "hits", "leased", "waited", "stored", "overtaken", "not shared", "down"),
                rows);
    }

    private static List<String> row(String name, CacheCounts counts) {
        long hits = counts.sharedSoFar(Shared.HIT);
        long asked = hits + counts.sharedSoFar(Shared.LEASED);
        long unshared = counts.sharedSoFar(Shared.TOO_LARGE)
                + counts.sharedSoFar(Shared.NOT_ENCODED)
                + counts.sharedSoFar(Shared.NOT_KEYED);
        return List.of(
                name,
                asked == 0 ? "–" : String.format(Locale.ROOT, "%.1f %%", 100.0 * hits / asked),
                String.valueOf(hits),
                String.valueOf(counts.sharedSoFar(Shared.LEASED)),
                String.valueOf(counts.sharedSoFar(Shared.WAITED)),
                String.valueOf(counts.sharedSoFar(Shared.STORED)),
                String.valueOf(counts.sharedSoFar(Shared.OVERTAKEN)),
                String.valueOf(unshared),
                String.valueOf(counts.sharedSoFar(Shared.DOWN)));
    }
}
