package dev.headroom.cache.servlet;

import dev.headroom.Component;
import dev.headroom.Contracts;
import dev.headroom.Contributions;
import dev.headroom.cache.CacheMode;
import dev.headroom.cache.CacheStats;
import dev.headroom.cache.Caches;
import dev.headroom.cache.CachesBuilder;
import dev.headroom.codec.Codecs;
import dev.headroom.config.Checks;
import dev.headroom.servlet.FilterSlot;
import dev.headroom.servlet.FilterSpec;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.function.Consumer;

/**
 * Answers requests with whole pages from a cache, by what the application says in standard HTTP headers: {@code Cache-Control},
 * {@code Expires}, {@code Vary}, {@code ETag} (RFC 9110, RFC 9111), and {@code stale-while-revalidate} and {@code stale-if-error}
 * (RFC 5861).
 *
 * <p>A page is rendered once for all who want it at the same time. A page is never kept that sets a cookie, that says {@code private},
 * {@code no-store} or {@code no-cache}, for which a session was used, or that does not say how long it is fresh. Whoever may be logged in
 * goes to the application, unless asked otherwise. A page that is streamed, asynchronous or too large goes through as it is written.
 * A hit touches neither session nor application. A {@code POST}, {@code PUT}, {@code PATCH} or {@code DELETE} that succeeds invalidates
 * the page of its address. What visitors say in {@code Cache-Control} is ignored: reloading must not cost the application anything.
 *
 * <p>Instances that share a tier ({@link PageCacheBuilder#shared}) render a page once for all of them, serve a stale one while one of them renders, and
 * share invalidations and frozen sources. An instance that can't reach the tier renders for itself.
 *
 * <p>A flood of visitors that one site sends is kept from the application by {@link #freeze}. Thread-safe.
 *
 * <pre>{@code
 * PageCache pages = PageCache.builder().staleWhileRevalidate(Duration.ofSeconds(30)).build();
 * Headroom headroom = Headroom.builder("shop").plug(pages).build();      // registers the filter in its place
 * pages.freeze("news.example", Duration.ofHours(2));
 * }</pre>
 */
public final class PageCache implements Component {
    /** The name of the cache below, the tag {@code cache} of its meters. */
    public static final String CACHE = "pages";

    private static final String FILTER = "headroom-pages";

    /** The cache of what is frozen. */
    private static final String FROZEN = "pages.frozen";

    /** A frozen source lasts a week at most, and so does the word that it was thawed. */
    private static final Duration LONGEST_FROZEN = Duration.ofDays(8);

    private final Caches caches;
    private final PageStore store;
    private final PageFilter filter;

    PageCache(PageOptions options, Consumer<CachesBuilder> change) {
        CachesBuilder builder = Caches.builder();
        builder.maximumLoads(Integer.MAX_VALUE)
                .cache(
                        CACHE,
                        cache -> cache.maximumSize(options.maximumPages())
                                .waitAtMost(options.waitAtMost())
                                .codec(Codecs.tlv()
                                        .record(64, StoredPage.class)
                                        .enumeration(65, StoredPage.Kind.class)
                                        .build()))
                .cache(
                        FROZEN,
                        cache -> cache.maximumSize(1)
                                .fresh(LONGEST_FROZEN)
                                .jitter(0)
                                .codec(Codecs.tlv()
                                        .record(64, Freeze.All.class)
                                        .record(65, Freeze.class)
                                        .build()));
        options.shared().ifPresent(builder::shared);
        change.accept(builder);
        // A refresh is rendered by the request that found the page stale, after it has been answered.
        this.caches = builder.refreshExecutor(Runnable::run).build();
        FrozenSources frozen =
                new FrozenSources(caches.cache(FROZEN, String.class, Freeze.All.class), System::nanoTime);
        this.store = new PageStore(options, caches, frozen);
        this.filter = new PageFilter(store);
    }

    /** A builder. */
    public static PageCacheBuilder builder() {
        return new PageCacheBuilder();
    }

    /** A page cache with the default options. */
    public static PageCache withDefaults() {
        return builder().build();
    }

    @Override
    public String name() {
        return "pages";
    }

    /**
     * Registers the filter with a container, for an application without a {@code Headroom}, inside of the filters registered before, session filters among
     * them; ends the page cache together with the context.
     *
     * @throws IllegalStateException if the context is initialised already
     * @throws dev.headroom.config.ConfigurationException if it has a filter of this name
     */
    public void register(ServletContext context) {
        FilterRegistration.Dynamic registered = context.addFilter(FILTER, filter);
        Checks.that(registered != null, "filter", FILTER, "a name not registered before");
        registered.setAsyncSupported(true);
        registered.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), true, "/*");
        context.addListener(new ServletContextListener() {
            @Override
            public void contextDestroyed(ServletContextEvent event) {
                close();
            }
        });
    }

    /** The filter, for a container that is configured otherwise: after session filters, for {@code REQUEST} dispatches alone. */
    public Filter filter() {
        return filter;
    }

    /**
     * For so long, visitors that this site sends get each page as it is when the first of them asks for it, and the application
     * renders it once: even a page that does not say how long it is fresh, or says {@code no-cache} or {@code max-age=0}, but never one that is private,
     * {@code no-store} or sets a cookie. Other
     * visitors get pages as always. Freezing a host again takes new snapshots. For all instances that share the tier.
     *
     * @param host the host in the visitors' {@code Referer}; hosts below it count too
     * @param during longer than zero, at most 7 days
     * @throws dev.headroom.config.ConfigurationException if one breaks its rule, or 100 hosts are frozen
     */
    public void freeze(String host, Duration during) {
        store.frozen().freeze(host, during);
    }

    /** Ends it, for all instances that share the tier; says whether there was anything to end. */
    public boolean thaw(String host) {
        return store.frozen().thaw(host);
    }

    /**
     * Invalidates the page of an address, with all its variants; a rendering that runs now will not be kept. With a {@code keyPart},
     * only the page of the empty one: then {@link #clear}.
     *
     * @param address as visitors have it, for example {@code https://shop.example/products/42}
     * @throws dev.headroom.config.ConfigurationException if it is not an absolute HTTP address
     */
    public void invalidate(String address) {
        try {
            URI uri = new URI(Checks.notBlank("address", address));
            boolean http = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
            Checks.that(http && uri.getHost() != null, "address", address, "an absolute HTTP address");
            store.invalidate(store.keys().of(uri));
        } catch (URISyntaxException unreadable) {
            Checks.that(false, "address", address, "an absolute HTTP address");
        }
    }

    /** Drops all pages, snapshots too. */
    public void clear() {
        store.cache().clear();
    }

    /** Switches the page cache, now; {@link CacheMode#OFF} gives every request to the application. */
    public void mode(CacheMode mode) {
        caches.mode(mode);
    }

    /** What the page cache does now. */
    public CacheMode mode() {
        return caches.mode();
    }

    /** Counts of the cache below. */
    public CacheStats stats() {
        return store.cache().stats();
    }

    /** How many requests have waited for another's rendering. */
    public long waited() {
        return store.coalescedSoFar();
    }

    @Override
    public void contribute(Contributions to) {
        to.web(parts -> parts.filter(
                        FilterSpec.of(FILTER, FilterSlot.PAGE_CACHE, filter).on(DispatcherType.REQUEST)))
                .consolePanel(new PagePanel(this, store));
    }

    @Override
    public void connect(Contracts contracts) {
        store.connect(contracts.meters());
        caches.connect(new Contracts(
                new MetersOfOneCache(contracts.meters()),
                contracts.readings(),
                contracts.load(),
                contracts.consistency(),
                contracts.transactions(),
                contracts.background()));
    }

    @Override
    public void start() {
        caches.start();
    }

    @Override
    public void drain(Duration within) throws InterruptedException {
        caches.drain(within);
    }

    @Override
    public void close() {
        caches.close();
    }
}
