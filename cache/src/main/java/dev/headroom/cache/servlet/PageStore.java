package dev.headroom.cache.servlet;

import dev.headroom.cache.Cache;
import dev.headroom.cache.CacheMeters;
import dev.headroom.cache.CacheMode;
import dev.headroom.cache.Caches;
import dev.headroom.cache.EntryOptions;
import dev.headroom.meter.Counter;
import dev.headroom.meter.Meters;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What all requests share: the pages, those being rendered, the rules and the counts. */
final class PageStore {
    private static final Duration DAY = Duration.ofDays(1);

    private final PageOptions options;
    private final PageKeys keys;
    private final PagePolicy policy;
    private final Caches caches;
    private final Cache<String, StoredPage> cache;
    private final FrozenSources frozen;
    private final Map<String, Rendering> renderings = new ConcurrentHashMap<>();
    private final LongAdder[] counts = new LongAdder[PageResult.values().length];
    private final LongAdder coalesced = new LongAdder();
    private volatile Metered metered = new Metered(Meters.none());

    PageStore(PageOptions options, Caches caches, FrozenSources frozen) {
        this.options = options;
        this.keys = new PageKeys(options);
        this.policy = new PagePolicy(options);
        this.caches = caches;
        this.cache = caches.cache(PageCache.CACHE, String.class, StoredPage.class);
        this.frozen = frozen;
        java.util.Arrays.setAll(counts, i -> new LongAdder());
    }

    PageOptions options() {
        return options;
    }

    PageKeys keys() {
        return keys;
    }

    PagePolicy policy() {
        return policy;
    }

    Caches caches() {
        return caches;
    }

    Cache<String, StoredPage> cache() {
        return cache;
    }

    FrozenSources frozen() {
        return frozen;
    }

    Map<String, Rendering> renderings() {
        return renderings;
    }

    /** Whether requests wait for another's rendering. */
    boolean coalesces() {
        return caches.mode() == CacheMode.ON;
    }

    /** How it is kept that a page can't be kept. */
    EntryOptions passing() {
        return EntryOptions.defaults().withFresh(options.passFor());
    }

    /** How it is kept that there are variants of a page. */
    EntryOptions lasting() {
        return EntryOptions.defaults().withFresh(DAY);
    }

    /** Names the variants of a page from now on. */
    String generation() {
        return UUID.randomUUID().toString();
    }

    /** Of a page with variants the list goes; a new one gets a new generation, so none of the old variants is found again. */
    void invalidate(String key) {
        cache.invalidate(key);
    }

    void count(PageResult result) {
        counts[result.ordinal()].increment();
        metered.results[result.ordinal()].increment();
    }

    void coalesced() {
        coalesced.increment();
        metered.coalesced.increment();
    }

    long count(String result) {
        return counts[PageResult.valueOf(result.toUpperCase(Locale.ROOT)).ordinal()].sum();
    }

    long coalescedSoFar() {
        return coalesced.sum();
    }

    void connect(Meters meters) {
        metered = new Metered(meters);
    }

    private static final class Metered {
        private final Counter[] results = new Counter[PageResult.values().length];
        private final Counter coalesced;

        Metered(Meters meters) {
            for (PageResult result : PageResult.values()) {
                results[result.ordinal()] = meters.counter(
                        CacheMeters.PAGES, "result", result.name().toLowerCase(Locale.ROOT));
            }
            coalesced = meters.counter(CacheMeters.PAGES_COALESCED);
        }
    }
}
