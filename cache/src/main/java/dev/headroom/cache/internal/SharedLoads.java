package dev.headroom.cache.internal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.headroom.cache.CacheOptions;
import dev.headroom.cache.CacheTimeoutException;
import dev.headroom.cache.EntryOptions;
import dev.headroom.cache.spi.Lifetime;
import dev.headroom.cache.spi.SharedLease;
import dev.headroom.cache.spi.SharedRead;
import dev.headroom.cache.spi.SharedTierException;
import dev.headroom.codec.CodecException;
import dev.headroom.consistency.ConsistencyToken;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gets a value that this JVM does not hold: from the shared tier, or, with its lease, from the source. One JVM loads; the others serve what is stale, if
 * they may, or look again every few milliseconds.
 *
 * <p>A lease is stored under only if nothing happened to the key since ({@link dev.headroom.cache.spi.SharedNode}); what a load needs to know, the
 * count of drops and the position to read at, is read after the lease is given and before the load begins. So an invalidation either comes before the
 * lease, and then the load sees its position, or it ends the lease.
 *
 * <p>If the tier can't be reached, this JVM loads for itself.
 */
final class SharedLoads {
    private static final Logger LOG = LoggerFactory.getLogger(SharedLoads.class);
    private static final long FIRST_PAUSE = 2_000_000;
    private static final long LONGEST_PAUSE = 20_000_000;
    private static final long DEAD_AFTER = Homes.LEASE.toNanos() * 3 / 2;

    private final CacheOptions options;
    private final SharedSide side;
    private final Surroundings around;
    private final CacheCounts counts;
    private final Supplier<Type> type;
    private final Cache<String, Suspect> suspects = Caffeine.newBuilder()
            .maximumSize(1000)
            .expireAfterWrite(Duration.ofMinutes(1))
            .executor(Runnable::run)
            .build();

    private record Suspect(long version, long since) {}

    /** Loads from the source, at the position. */
    interface FromSource {
        Loaded load(ConsistencyToken position, @Nullable Entry prior) throws Throwable;
    }

    /**
     * What is wanted.
     *
     * @param text the key
     * @param held what this JVM holds, which is not good enough
     * @param background whether nobody waits for it
     * @param anew whether it is to be loaded whatever there is
     */
    record Wanted(
            String text,
            EntryOptions entries,
            @Nullable Entry held,
            ConsistencyToken asked,
            boolean background,
            boolean anew,
            long waitNanos,
            Flight flight,
            FromSource source) {}

    SharedLoads(CacheOptions options, SharedSide side, Surroundings around, CacheCounts counts, Supplier<Type> type) {
        this.options = options;
        this.side = side;
        this.around = around;
        this.counts = counts;
        this.type = type;
    }

    Loaded get(Wanted wanted) throws Throwable {
        try {
            return new Attempt(wanted, side.homes.of(side.key(wanted.text))).run();
        } catch (SharedTierException unreachable) {
            counts.shared(CacheCounts.Shared.DOWN);
            Entry held = wanted.held;
            if (!wanted.anew && held != null && held.fresh(around.now())) {
                held.postpone(around.now(), Duration.ofSeconds(1).toNanos());
                return Loaded.of(held, Loaded.Origin.HELD);
            }
            return wanted.source.load(wanted.asked, held);
        }
    }

    /**
     * What came of trying once: a value, or a lease, or that somebody else loads, or nothing of these, for the tier can't be reached.
     */
    record Tried(@Nullable Loaded loaded, @Nullable Lead lead, boolean busy) {}

    /** Tries once, for several keys together. */
    Tried tryOnce(Wanted wanted) {
        try {
            return new Attempt(wanted, side.homes.of(side.key(wanted.text))).once();
        } catch (SharedTierException unreachable) {
            counts.shared(CacheCounts.Shared.DOWN);
            return new Tried(null, null, false);
        }
    }

    /** Stores a value that was given. */
    void put(String text, Loaded loaded) {
        Home home = side.homes.of(side.key(text));
        try {
            Map<String, byte[]> before = home.call(node -> node.records(List.of(side.stamps.counter())));
            long stamp = home.call(node -> side.stamps.now(node, before));
            byte[] bytes = bytes(text, loaded, stamp, home);
            if (bytes == null) {
                side.drop(text);
                return;
            }
            home.call(node -> side.stamps.ensure(node, loaded.tags(), stamp));
            home.run(node -> node.put(side.key(text), bytes, life(loaded, options.entries())));
            side.tellPut(home, text);
        } catch (SharedTierException unreachable) {
            side.drop(text);
        }
    }

    private static Lifetime life(Loaded loaded, EntryOptions call) {
        EntryOptions live = loaded.options(call);
        if (loaded.value() == null) {
            return new Lifetime(live.negative(), Duration.ZERO);
        }
        Duration swr = live.staleWhileRevalidate();
        Duration sie = live.staleIfError();
        return new Lifetime(jittered(live), swr.compareTo(sie) > 0 ? swr : sie);
    }

    private static Duration jittered(EntryOptions live) {
        double cut = live.jitter() == 0
                ? 0
                : java.util.concurrent.ThreadLocalRandom.current().nextDouble(live.jitter());
        return Duration.ofNanos((long) (live.fresh().toNanos() * (1 - cut)));
    }

    /** Null if the value can't be shared. */
    private byte @Nullable [] bytes(String text, Loaded loaded, long stamp, Home home) {
        try {
            byte[] value = loaded.value() == null ? null : options.codec().encode(loaded.value());
            String etag = loaded.etag() == null ? "" : loaded.etag();
            byte[] bytes = new Envelope(text, stamp, loaded.tags(), etag, value).bytes(options.compressFrom());
            if (bytes.length <= home.node.maximumValueBytes()) {
                return bytes;
            }
            counts.shared(CacheCounts.Shared.TOO_LARGE);
            LOG.debug("cache {}: value of {} bytes is not shared", side.name(), bytes.length);
        } catch (CodecException unknown) {
            counts.shared(CacheCounts.Shared.NOT_ENCODED);
            LOG.debug("cache {}: value is not shared: {}", side.name(), unknown.getMessage());
        }
        return null;
    }

    private @Nullable Found decoded(String text, SharedRead read, Map<String, byte[]> records) {
        byte[] bytes = read.value();
        Envelope envelope = bytes == null ? null : Envelope.of(bytes);
        if (envelope == null || !envelope.key().equals(text)) {
            return null;
        }
        if (!Stamps.good(envelope.stamp(), records.get(side.stamps.all))) {
            return null;
        }
        try {
            byte[] encoded = envelope.value();
            Object value = encoded == null ? null : options.codec().decode(encoded, type.get());
            return new Found(envelope, value, read);
        } catch (CodecException malformed) {
            LOG.debug("cache {}: a shared value can't be read: {}", side.name(), malformed.getMessage());
            return null;
        }
    }

    /** A value of the tier. */
    private final class Found {
        private final Envelope envelope;
        private final @Nullable Object value;
        private final SharedRead.Age age;

        Found(Envelope envelope, @Nullable Object value, SharedRead read) {
            this.envelope = envelope;
            this.value = value;
            this.age = read.age();
        }

        boolean tagsAreGood(Home home) {
            if (envelope.tags().isEmpty()) {
                return true;
            }
            List<String> names = side.stamps.tags(envelope.tags());
            return Stamps.good(envelope.stamp(), names, home.call(node -> node.records(names)));
        }

        /** Negative values are never served stale. */
        boolean within(Duration window) {
            return value != null && age.past().compareTo(window) < 0;
        }

        Entry entry(EntryOptions entries) {
            String etag = envelope.etag().isEmpty() ? null : envelope.etag();
            Loaded loaded = new Loaded(value, true, null, envelope.tags(), etag, 0, Loaded.Origin.SHARED, null);
            Duration most = value == null ? entries.negative() : entries.fresh();
            Duration unknown = most.compareTo(options.localFresh()) < 0 ? most : options.localFresh();
            Duration fresh = age.known() ? age.fresh() : unknown;
            return Entry.shared(
                    loaded,
                    entries,
                    fresh,
                    age.past(),
                    around.now(),
                    options.localFresh().toNanos());
        }
    }

    /** One try to get one value. */
    private final class Attempt {
        private final Wanted wanted;
        private final Home home;
        private final String key;
        private final long end;

        Attempt(Wanted wanted, Home home) {
            this.wanted = wanted;
            this.home = home;
            this.key = side.key(wanted.text);
            this.end = System.nanoTime() + wanted.waitNanos;
        }

        /** Without waiting for anybody. */
        Tried once() {
            SharedRead read = home.call(node -> node.readOrLease(key, Homes.LEASE, List.of(side.stamps.all)));
            Found found = good(read);
            Loaded served = found == null ? null : served(found, read);
            if (served != null) {
                return new Tried(served, null, false);
            }
            SharedLease lease = read.lease() != null ? read.lease() : leased(read);
            if (lease == null) {
                return new Tried(null, null, true);
            }
            Lead lead = new Lead(wanted, home, lease, found);
            lead.begin();
            return new Tried(null, lead, false);
        }

        Loaded run() throws Throwable {
            boolean waited = false;
            for (long pause = FIRST_PAUSE; ; pause = Math.min(LONGEST_PAUSE, pause * 2)) {
                SharedRead read = home.call(node -> node.readOrLease(key, Homes.LEASE, List.of(side.stamps.all)));
                Found found = wanted.anew ? null : good(read);
                Loaded served = found == null ? null : served(found, read);
                if (served != null) {
                    return served;
                }
                SharedLease lease = read.lease() != null ? read.lease() : leased(read);
                if (lease != null) {
                    return new Lead(wanted, home, lease, found).run();
                }
                if (found != null && found.within(wanted.entries.staleWhileRevalidate())) {
                    return Loaded.of(found.entry(wanted.entries), Loaded.Origin.SHARED);
                }
                if (found != null && failedJustNow(found, read)) {
                    return failed(found);
                }
                if (wanted.background && wanted.held != null) {
                    return Loaded.of(wanted.held, Loaded.Origin.HELD);
                }
                if (!waited) {
                    waited = true;
                    counts.shared(CacheCounts.Shared.WAITED);
                }
                if (wanted.anew || suspect(read)) {
                    home.call(node -> node.takeOver(key, read.version()));
                }
                await(pause);
            }
        }

        private @Nullable Found good(SharedRead read) {
            Found found = decoded(wanted.text, read, read.records());
            return found != null && found.tagsAreGood(home) ? found : null;
        }

        private @Nullable Loaded served(Found found, SharedRead read) {
            boolean fresh = read.age().isFresh() && !wanted.background;
            boolean another = read.age().isFresh() && wanted.background && newer(found);
            boolean stale = !wanted.background && found.within(wanted.entries.staleWhileRevalidate());
            if (!fresh && !another && !stale) {
                return null;
            }
            SharedLease unneeded = read.lease();
            if (unneeded != null) {
                home.run(node -> node.release(unneeded));
            }
            counts.shared(CacheCounts.Shared.HIT);
            return Loaded.of(
                    found.entry(wanted.entries), fresh || another ? Loaded.Origin.SHARED : Loaded.Origin.STALE);
        }

        /** Whether another JVM has refreshed it already: more of its freshness is left than of what this JVM holds. */
        private boolean newer(Found found) {
            Entry held = wanted.held;
            if (held == null || !found.age.known()) {
                return true;
            }
            long left = held.freshNanos - (around.now() - held.storedAt);
            return found.age.fresh().toNanos()
                    > Math.max(0, left) + Duration.ofSeconds(1).toNanos();
        }

        private @Nullable SharedLease leased(SharedRead read) {
            return read.value() == null
                    ? null
                    : home.call(node -> node.lease(key, read.version(), Homes.LEASE))
                            .lease();
        }

        private boolean failedJustNow(Found found, SharedRead read) {
            if (!found.within(wanted.entries.staleIfError())) {
                return false;
            }
            String name = side.failure(wanted.text);
            byte[] failed = home.call(node -> node.records(List.of(name))).get(name);
            return failed != null && Arrays.equals(failed, version(read.version()));
        }

        private Loaded failed(Found found) {
            Entry entry = found.entry(wanted.entries);
            entry.failed(around.now(), options.retryAfterError().toNanos());
            return Loaded.of(entry, Loaded.Origin.FAILED);
        }

        /** Whether the holder of a lease over a value has shown no sign of life for long, by this JVM's clock. */
        private boolean suspect(SharedRead read) {
            if (read.value() == null) {
                return false;
            }
            long now = System.nanoTime();
            Suspect known = suspects.getIfPresent(key);
            if (known == null || known.version != read.version()) {
                suspects.put(key, new Suspect(read.version(), now));
                return false;
            }
            String name = side.beat(wanted.text);
            return now - known.since > DEAD_AFTER
                    && home.call(node -> node.records(List.of(name))).isEmpty();
        }

        private void await(long pause) throws Exception {
            if (System.nanoTime() - end >= 0) {
                throw new CacheTimeoutException(
                        "cache " + side.name() + ": another JVM's load took longer than " + wanted.waitNanos / 1_000_000
                                + " ms (" + around.gate + ")",
                        null);
            }
            Thread.sleep(pause / 1_000_000, (int) (pause % 1_000_000));
        }
    }

    private static byte[] version(long version) {
        return Long.toString(version).getBytes(US_ASCII);
    }

    /** A load under a lease. */
    final class Lead {
        private final Wanted wanted;
        private final Home home;
        private final SharedLease lease;
        private final @Nullable Found found;
        private Runnable stop = () -> {};
        private ConsistencyToken position = ConsistencyToken.NONE;
        private long stamp;

        Lead(Wanted wanted, Home home, SharedLease lease, @Nullable Found found) {
            this.wanted = wanted;
            this.home = home;
            this.lease = lease;
            this.found = found;
        }

        Loaded run() throws Throwable {
            begin();
            Loaded loaded;
            try {
                loaded = wanted.source.load(position, prior());
            } catch (Throwable failure) {
                stop.run();
                return failed(failure);
            }
            return stored(loaded);
        }

        /** Reads what the load must know, and begins to give signs of life. */
        void begin() {
            counts.shared(CacheCounts.Shared.LEASED);
            Map<String, byte[]> before = home.call(node -> node.records(side.beforeLoad(wanted.text)));
            stamp = home.call(node -> side.stamps.now(node, before));
            position = side.token(before, wanted.text, wanted.asked);
            stop = side.homes.every(Homes.LEASE.dividedBy(3), this::beat);
        }

        ConsistencyToken position() {
            return position;
        }

        /** There will be no value. */
        void giveUp() {
            stop.run();
            try {
                home.run(node -> node.release(lease));
            } catch (SharedTierException unreachable) {
                LOG.debug("cache {}: a lease ends by itself: {}", side.name(), unreachable.getMessage());
            }
        }

        private @Nullable Entry prior() {
            return found != null ? found.entry(wanted.entries) : wanted.anew ? null : wanted.held;
        }

        private void beat() {
            boolean holds = home.call(node -> node.heartbeat(lease, Homes.LEASE));
            if (holds && lease.overValue()) {
                byte[] sign = {'1'};
                home.call(node -> node.merge(side.beat(wanted.text), Homes.LEASE, before -> sign));
            }
        }

        private Loaded failed(Throwable failure) throws Throwable {
            try {
                boolean covered = found != null && found.within(wanted.entries.staleIfError());
                if (covered && found != null) {
                    home.call(node -> node.merge(
                            side.failure(wanted.text), options.retryAfterError(), old -> version(lease.version())));
                    if (!wanted.background && failure instanceof Exception) {
                        Entry entry = found.entry(wanted.entries);
                        entry.failed(around.now(), options.retryAfterError().toNanos());
                        return Loaded.of(entry, Loaded.Origin.FAILED);
                    }
                } else {
                    home.run(node -> node.release(lease));
                }
            } catch (SharedTierException unreachable) {
                LOG.debug("cache {}: a lease ends by itself: {}", side.name(), unreachable.getMessage());
            }
            throw failure;
        }

        Loaded stored(Loaded loaded) {
            stop.run();
            try {
                byte[] bytes = loaded.keeps(wanted.entries) && !wanted.flight.overtaken()
                        ? bytes(wanted.text, loaded, stamp, home)
                        : null;
                if (bytes == null) {
                    home.run(node -> node.release(lease));
                    return loaded;
                }
                boolean good = home.call(node -> side.stamps.ensure(node, loaded.tags(), stamp));
                boolean stored = good && home.call(node -> node.storeIf(lease, bytes, life(loaded, wanted.entries)));
                if (!good) {
                    home.run(node -> node.release(lease));
                }
                counts.shared(stored ? CacheCounts.Shared.STORED : CacheCounts.Shared.OVERTAKEN);
                return stored ? loaded : loaded.overtaken();
            } catch (SharedTierException unknown) {
                counts.shared(CacheCounts.Shared.DOWN);
                return loaded.overtaken();
            }
        }
    }
}
