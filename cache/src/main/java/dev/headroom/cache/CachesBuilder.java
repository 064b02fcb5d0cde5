package dev.headroom.cache;

import dev.headroom.cache.internal.DefaultCaches;
import dev.headroom.config.Checks;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Collects the options of {@link Caches}. Not thread-safe. */
public final class CachesBuilder {
    private final Map<String, CacheOptions> byName = new LinkedHashMap<>();
    private CacheOptions defaults = CacheOptions.defaults();
    private CacheMode mode = CacheMode.ON;
    private int maximumLoads = 64;
    private int refreshThreads = 4;
    private @Nullable Executor refreshExecutor;
    private LongSupplier clock = System::nanoTime;

    CachesBuilder() {}

    /** What the caches do at first; default {@link CacheMode#ON}. */
    public CachesBuilder mode(CacheMode mode) {
        this.mode = Checks.present("mode", mode);
        return this;
    }

    /** The options of caches that have none of their own; caches described after this begin with them. */
    public CachesBuilder defaults(Consumer<CacheOptions.Builder> options) {
        this.defaults = changed(defaults, options);
        return this;
    }

    /**
     * The options of one cache, beginning with the defaults so far.
     *
     * @throws dev.headroom.config.ConfigurationException if the name is not 1 to 64 letters, digits, dots, underscores or hyphens, or was
     *     given before
     */
    public CachesBuilder cache(String name, Consumer<CacheOptions.Builder> options) {
        Checks.name("cache", name);
        CacheOptions built = changed(defaults, options);
        Checks.that(byName.putIfAbsent(name, built) == null, "cache", name, "a name not given before");
        return this;
    }

    /**
     * How many loads of all caches may run at once, at least 1; default 64. More wait for {@link CacheOptions#waitAtMost}, or serve what
     * is stale. Keeps an emptied cache from overwhelming the database.
     */
    public CachesBuilder maximumLoads(int maximumLoads) {
        this.maximumLoads = Checks.atLeast("maximumLoads", maximumLoads, 1);
        return this;
    }

    /** How many threads refresh in the background, at least 1; default 4. They end when idle. */
    public CachesBuilder refreshThreads(int refreshThreads) {
        this.refreshThreads = Checks.atLeast("refreshThreads", refreshThreads, 1);
        return this;
    }

    /** Refreshes on this executor instead of threads of our own; it is not closed with the caches. It may reject work. */
    public CachesBuilder refreshExecutor(Executor refreshExecutor) {
        this.refreshExecutor = Checks.present("refreshExecutor", refreshExecutor);
        return this;
    }

    /** A monotonic clock in nanoseconds, for tests; default {@link System#nanoTime()}. */
    public CachesBuilder clock(LongSupplier nanoClock) {
        this.clock = Checks.present("clock", nanoClock);
        return this;
    }

    /** The caches. */
    public Caches build() {
        return new DefaultCaches(new DefaultCaches.Settings(
                Map.copyOf(byName), defaults, mode, maximumLoads, refreshThreads, refreshExecutor, clock));
    }

    private static CacheOptions changed(CacheOptions from, Consumer<CacheOptions.Builder> change) {
        CacheOptions.Builder builder = from.with();
        Checks.present("options", change).accept(builder);
        return builder.build();
    }
}
