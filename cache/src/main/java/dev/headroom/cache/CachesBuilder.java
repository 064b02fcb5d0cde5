package dev.headroom.cache;

import dev.headroom.cache.internal.DefaultCaches;
import dev.headroom.cache.spi.Backplane;
import dev.headroom.cache.spi.SharedTier;
import dev.headroom.config.Checks;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Collects the options of {@link Caches}. Not thread-safe. */
public final class CachesBuilder {
    private static final Duration JOURNAL_EVERY = Duration.ofMillis(25);

    private final Map<String, CacheOptions> byName = new LinkedHashMap<>();
    private CacheOptions defaults = CacheOptions.defaults();
    private CacheMode mode = CacheMode.ON;
    private int maximumLoads = 64;
    private int refreshThreads = 4;
    private @Nullable Executor refreshExecutor;
    private @Nullable Executor loadExecutor;
    private LongSupplier clock = System::nanoTime;
    private @Nullable SharedTier sharedTier;
    private String namespace = "headroom";
    private @Nullable Duration journalEvery;
    private @Nullable Backplane backplane;
    private @Nullable Backplane given;

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
     * is stale. Keeps an emptied cache from overwhelming the database. A load within a load needs no place of its own; one that waits for another's value
     * lends its place meanwhile and goes on without waiting for one, so that for a moment there may be more.
     */
    public CachesBuilder maximumLoads(int maximumLoads) {
        this.maximumLoads = Checks.atLeast("maximumLoads", maximumLoads, 1);
        return this;
    }

    /** How many threads refresh in the background, at least 1; default 4; as many again for what their loads wait for. They end when idle. */
    public CachesBuilder refreshThreads(int refreshThreads) {
        this.refreshThreads = Checks.atLeast("refreshThreads", refreshThreads, 1);
        return this;
    }

    /** Refreshes on this executor instead of threads of our own; it is not closed with the caches. It may reject work. */
    public CachesBuilder refreshExecutor(Executor refreshExecutor) {
        this.refreshExecutor = Checks.present("refreshExecutor", refreshExecutor);
        return this;
    }

    /**
     * Runs the loads of {@link Cache#getAsync} on this executor, for instance one of virtual threads, instead of threads of our own, of which there are
     * {@link #maximumLoads} at most, and as many again for what their loads wait for; it is not closed with the caches. If it rejects work, the caller gets a
     * {@link CacheTimeoutException} or what is stale. If loaders wait for other loads it must not make those wait for a thread.
     */
    public CachesBuilder loadExecutor(Executor loadExecutor) {
        this.loadExecutor = Checks.present("loadExecutor", loadExecutor);
        return this;
    }

    /** The tier that several JVMs share; closed with the caches. Default none. */
    public CachesBuilder shared(SharedTier tier) {
        this.sharedTier = Checks.present("shared", tier);
        return this;
    }

    /** What all names in the shared tier begin with, for several applications on one; default {@code headroom}. */
    public CachesBuilder namespace(String namespace) {
        this.namespace = Checks.name("namespace", namespace);
        return this;
    }

    /**
     * How often to look for what other JVMs dropped, at least 5 ms; default 25 ms. Zero: never, and then no JVM tells the others either, so that
     * {@link CacheOptions#localFresh} alone bounds how long a JVM serves what another dropped, and while the tier can't be asked, how long a value is fresh. All JVMs must
     * be alike in this.
     */
    public CachesBuilder journalEvery(Duration period) {
        boolean fits = period.isZero() || period.compareTo(Duration.ofMillis(5)) >= 0;
        Checks.that(fits, "journalEvery", period, "PT0S or >= PT0.005S");
        this.journalEvery = period;
        return this;
    }

    /**
     * Tells other JVMs what was dropped by this, in place of the journal in the shared tier; closed with the caches, which have it for themselves. Default: the journal. All
     * JVMs must be alike in this.
     */
    public CachesBuilder backplane(Backplane backplane) {
        this.backplane = Checks.present("backplane", backplane);
        return this;
    }

    /** A monotonic clock in nanoseconds, for tests; default {@link System#nanoTime()}. */
    public CachesBuilder clock(LongSupplier nanoClock) {
        this.clock = Checks.present("clock", nanoClock);
        return this;
    }

    /**
     * The caches. If they can't be made of options that are right by themselves, the tier and the backplane are closed: another attempt takes others.
     *
     * @throws dev.headroom.config.ConfigurationException if there is a backplane without a shared tier, or beside {@link #journalEvery}, or one that was built with before
     */
    public Caches build() {
        Checks.that(backplane == null || sharedTier != null, "backplane", backplane, "a shared tier as well");
        Checks.that(backplane == null || journalEvery == null, "backplane", backplane, "no journalEvery beside it");
        Checks.that(
                backplane == null || backplane != given,
                "backplane",
                backplane,
                "another for each Caches, and for another attempt when build() has failed");
        given = backplane;
        return new DefaultCaches(new DefaultCaches.Settings(
                Map.copyOf(byName),
                defaults,
                mode,
                maximumLoads,
                refreshThreads,
                refreshExecutor,
                loadExecutor,
                clock,
                sharedTier,
                namespace,
                journalEvery == null ? JOURNAL_EVERY : journalEvery,
                backplane));
    }

    private static CacheOptions changed(CacheOptions from, Consumer<CacheOptions.Builder> change) {
        CacheOptions.Builder builder = from.with();
        Checks.present("options", change).accept(builder);
        return builder.build();
    }
}
