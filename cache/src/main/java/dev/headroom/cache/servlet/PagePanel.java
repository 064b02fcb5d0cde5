package dev.headroom.cache.servlet;

import dev.headroom.cache.CacheMode;
import dev.headroom.cache.servlet.FrozenSources.Source;
import dev.headroom.console.ConsolePanel;
import dev.headroom.console.PanelView;
import dev.headroom.console.PanelView.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The console's panel: what requests got, and which sources are frozen. */
final class PagePanel implements ConsolePanel {
    private final PageCache pages;
    private final PageStore store;

    PagePanel(PageCache pages, PageStore store) {
        this.pages = pages;
        this.store = store;
    }

    @Override
    public String id() {
        return "pages";
    }

    @Override
    public String title() {
        return "Page cache";
    }

    @Override
    public PanelView view() {
        PanelView.Builder view = PanelView.builder()
                .figure(
                        "mode",
                        pages.mode().name().toLowerCase(Locale.ROOT),
                        pages.mode() == CacheMode.ON ? Level.GOOD : Level.WARN)
                .figure("pages held", String.valueOf(pages.stats().size()), Level.PLAIN)
                .figure("requests that waited", String.valueOf(store.coalescedSoFar()), Level.PLAIN);
        List<List<String>> results = new ArrayList<>();
        for (PageResult result : PageResult.values()) {
            String name = result.name().toLowerCase(Locale.ROOT);
            results.add(List.of(name, String.valueOf(store.count(name))));
        }
        view.table("Requests", List.of("result", "requests"), results);
        List<List<String>> sources = new ArrayList<>();
        for (Source source : store.frozen().live()) {
            sources.add(List.of(source.host(), store.frozen().left(source).toSeconds() + " s"));
            view.action("thaw", "Thaw " + source.host(), Map.of("host", source.host()));
        }
        if (!sources.isEmpty()) {
            view.table("Frozen for visitors from", List.of("host", "for"), sources);
        }
        return view.action("clear", "Clear all pages", Map.of()).build();
    }

    @Override
    public Optional<String> act(String action, Map<String, String> parameters) {
        if (action.equals("clear")) {
            pages.clear();
            return Optional.of("Cleared all pages.");
        }
        if (action.equals("thaw")) {
            String host = parameters.getOrDefault("host", "");
            return Optional.of(pages.thaw(host) ? "Thawed " + host + "." : host + " was not frozen.");
        }
        return ConsolePanel.super.act(action, parameters);
    }
}
