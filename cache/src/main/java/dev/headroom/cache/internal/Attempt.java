package dev.headroom.cache.internal;

import dev.headroom.cache.CacheTimeoutException;
import dev.headroom.cache.internal.CacheCounts.Shared;
import dev.headroom.cache.spi.SharedLease;
import dev.headroom.cache.spi.SharedRead;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One value that is wanted of the shared tier, and what a look there says: it may be served, or it is this JVM's to load, or another one's. Looks are
 * taken one by one, or for several keys together ({@link SharedBatch}).
 */
final class Attempt {
    private static final long FIRST_PAUSE = 2_000_000;
    private static final long USUAL_PAUSE = 10_000_000;
    private static final long LONGEST_PAUSE = 50_000_000;
    private static final int SHARE_OF_WAIT = 20;

    final Wanted wanted;
    final Home home;
    final String key;
    private final SharedLoads loads;
    private long end;
    private SharedRead read = SharedRead.NOTHING;
    private long lookedAt;
    private @Nullable Found found;
    /** What is held, if the tier has the same. */
    private @Nullable Entry unchanged;
    /** What is to be replaced in any case, for a loader that wants to know it. */
    private @Nullable Found former;

    private Map<String, byte[]> signs = Map.of();
    private boolean suspect;
    private boolean seen;
    private long seenVersion;
    private long seenSince;
    private boolean waiting;
    private long waitedFor;

    Attempt(SharedLoads loads, Wanted wanted) {
        this(loads, wanted, loads.side.key(wanted.text()));
    }

    /** That waits for others until then. */
    Attempt(SharedLoads loads, Wanted wanted, long end) {
        this.loads = loads;
        this.wanted = wanted;
        this.key = loads.side.key(wanted.text());
        this.home = loads.side.homes.of(key);
        this.end = end;
    }

    private Attempt(SharedLoads loads, Wanted wanted, String key) {
        this(loads, wanted, key, loads.side.homes.of(key));
    }

    /** Of this key in the tier, at this node. */
    Attempt(SharedLoads loads, Wanted wanted, String key, Home home) {
        this.loads = loads;
        this.wanted = wanted;
        this.key = key;
        this.home = home;
        this.end = System.nanoTime() + wanted.waitNanos();
    }

    /** By {@link System#nanoTime()}. */
    void waitUntil(long end) {
        this.end = end;
    }

    /** Until there is a value. */
    Loaded run() throws Throwable {
        long start = System.nanoTime();
        for (long pause = FIRST_PAUSE; ; pause = longer(pause, System.nanoTime() - start)) {
            long now = loads.around.now();
            looked(home.call(node -> node.readOrLease(key, Homes.LEASE, records())), now);
            List<String> tags = tags();
            checked(tags.isEmpty() ? Map.of() : home.call(node -> node.records(tags)));
            Loaded served = served();
            if (served != null) {
                return served;
            }
            SharedLease lease = lease(mayLease() ? home.call(node -> node.lease(key, version(), Homes.LEASE)) : null);
            if (lease != null) {
                return lead(lease).run();
            }
            List<String> names = signs();
            told(names.isEmpty() ? Map.of() : home.call(node -> node.records(names)));
            if (tookOver()) {
                continue;
            }
            Loaded meanwhile = meanwhile();
            if (meanwhile != null) {
                return meanwhile;
            }
            if (letGo()) {
                return alone();
            }
            await(pause);
        }
    }

    /** What may be served if nobody loads; null if there is nothing. */
    @Nullable Loaded there() {
        long now = loads.around.now();
        SharedRead there = home.call(node -> node.readAll(List.of(key))).get(key);
        if (there == null) {
            return null;
        }
        looked(there.with(home.call(node -> node.records(List.of(loads.side.stamps.all)))), now);
        List<String> tags = tags();
        checked(tags.isEmpty() ? Map.of() : home.call(node -> node.records(tags)));
        return left();
    }

    /** The same, when it has been looked for. */
    @Nullable Loaded left() {
        Loaded served = served();
        if (served != null) {
            return served;
        }
        SharedLease unneeded = read.lease(); // of who was taken over: a read may get it
        if (unneeded != null) {
            home.run(node -> node.release(unneeded));
        }
        Found known = found;
        boolean covers = known != null && known.mayCoverErrors() && !wanted.background();
        return known != null && covers ? loads.afterFailure(known, wanted) : null;
    }

    /**
     * How long to wait until the next look: twice as long as before, up to 10 ms, or to a twentieth of the time that has gone, so that a long load is
     * not asked for more often than its end is worth.
     *
     * @param pause the one before, zero for none
     * @param waited how long this caller has waited, in nanoseconds
     */
    static long longer(long pause, long waited) {
        long longest = Math.max(USUAL_PAUSE, Math.min(LONGEST_PAUSE, waited / SHARE_OF_WAIT));
        return pause == 0 ? FIRST_PAUSE : Math.min(longest, pause * 2);
    }

    /** The records to be read with the key. */
    List<String> records() {
        String all = loads.side.stamps.all;
        return waiting ? List.of(all, loads.side.unshared(wanted.text())) : List.of(all);
    }

    /**
     * Takes note of what there is, with the records.
     *
     * @param now when it began to be read
     */
    void looked(SharedRead read, long now) {
        this.read = read;
        lookedAt = now;
        byte[] dropOfAll = read.records().get(loads.side.stamps.all);
        boolean asked = !wanted.background() && !wanted.anew();
        Entry same = asked ? SharedValues.unchanged(wanted.held(), read, dropOfAll, now) : null;
        unchanged = same != null && isPlaced(same.stamp, dropOfAll) ? same : null;
        Found decoded = unchanged != null ? null : loads.values.decoded(wanted.text(), read, dropOfAll);
        Found placed = decoded != null && isPlaced(decoded.envelope().stamp(), dropOfAll) ? decoded : null;
        found = wanted.anew() ? null : placed;
        former = wanted.anew() ? placed : null;
    }

    private boolean isPlaced(long stamp, byte @Nullable [] dropOfAll) {
        return loads.side.former.isPlaced(home, key, stamp, dropOfAll);
    }

    /** The records of what was found: those of its tags. */
    List<String> tags() {
        Entry same = unchanged;
        Found known = wanted.anew() ? former : found;
        Collection<String> tags = same != null ? same.tags : known == null ? Set.of() : known.tags();
        return tags.isEmpty() ? List.of() : loads.side.stamps.tags(tags);
    }

    void checked(Map<String, byte[]> records) {
        Entry same = unchanged;
        if (same != null && !same.tags.isEmpty()) {
            boolean good = Stamps.good(same.stamp, loads.side.stamps.tags(same.tags), records);
            unchanged = good ? same : null;
        }
        found = SharedValues.withGoodTags(found, loads.side.stamps, records);
        former = SharedValues.withGoodTags(former, loads.side.stamps, records);
    }

    /** What may be served as it is. */
    @Nullable Loaded served() {
        Entry same = unchanged;
        Found known = found;
        boolean fresh = known != null && known.age().isFresh() && (!wanted.background() || newer(known));
        boolean stale = known != null && !fresh && !wanted.background() && mayBeStale(known);
        if (same == null && !fresh && !stale) {
            return null;
        }
        SharedLease unneeded = read.lease();
        if (unneeded != null) {
            home.run(node -> node.release(unneeded));
        }
        loads.counts.shared(Shared.HIT);
        if (same != null || known == null) {
            return confirmed(Objects.requireNonNull(same));
        }
        return Loaded.of(loads.entry(known, wanted), fresh ? Loaded.Origin.SHARED : Loaded.Origin.STALE);
    }

    /** Good for another while, unless something has come between, of which its flight hears first. */
    private Loaded confirmed(Entry same) {
        if (!wanted.flight().detached()) {
            same.compared(lookedAt);
        }
        return Loaded.of(same, Loaded.Origin.HELD);
    }

    private boolean mayBeStale(Found known) {
        return known.mayRevalidate() || (known.mayCoverErrors() && loads.around.pressed());
    }

    /** Whether another JVM has refreshed it already: more of its freshness is left than of what this JVM holds. */
    private boolean newer(Found known) {
        Entry held = wanted.held();
        if (held == null || !known.age().known()) {
            return true;
        }
        long left = held.freshNanos - (loads.around.now() - held.storedAt);
        return known.age().fresh().toNanos()
                > Math.max(0, left) + Duration.ofSeconds(1).toNanos();
    }

    /** Whether there is a value to ask a lease over. */
    boolean mayLease() {
        return read.lease() == null && read.value() != null;
    }

    long version() {
        return read.version();
    }

    /**
     * The lease that this JVM has got, if any. One that was asked for over a value, and is over nothing or over another one, was given after that value went, which may have been
     * dropped: it is neither served nor shown to a loader any more.
     */
    @Nullable SharedLease lease(@Nullable SharedRead asked) {
        SharedLease got = read.lease();
        if (got != null || asked == null || asked.lease() == null) {
            return got;
        }
        if (!Arrays.equals(asked.value(), read.value())) {
            found = null;
            former = null;
        }
        return asked.lease();
    }

    Lead lead(SharedLease lease) {
        return new Lead(loads, wanted, home, lease, found, former);
    }

    /** The records that tell what became of whoever has the lease over a value; none where that makes no difference. */
    List<String> signs() {
        Found known = found;
        suspect = read.value() != null && Suspects.old(seenSince());
        boolean failureCounts = known != null && known.mayCoverErrors() ? !mayBeStale(known) : waiting;
        return read.value() != null && (suspect || failureCounts)
                ? List.of(loads.side.beat(wanted.text()), loads.side.failure(wanted.text()))
                : List.of();
    }

    /** Since when the lease over what was read has been seen, here or by somebody before. */
    private long seenSince() {
        if (!seen || seenVersion != read.version()) {
            seen = true;
            seenVersion = read.version();
            seenSince = loads.suspects.since(key, seenVersion);
        }
        return seenSince;
    }

    /** Takes note of them. */
    void told(Map<String, byte[]> signs) {
        this.signs = signs;
    }

    private boolean covers() {
        Found known = found;
        return known != null && known.mayCoverErrors();
    }

    /** What is served while another JVM loads. */
    @Nullable Loaded meanwhile() {
        Found known = found;
        if (known != null && mayBeStale(known)) {
            return Loaded.of(loads.entry(known, wanted), Loaded.Origin.SHARED);
        }
        if (known != null && known.mayCoverErrors() && failedJustNow()) {
            return loads.afterFailure(known, wanted);
        }
        Entry held = wanted.held();
        return wanted.background() && held != null ? Loaded.of(held, Loaded.Origin.HELD) : null;
    }

    private boolean failedJustNow() {
        byte[] failure = signs.get(loads.side.failure(wanted.text()));
        return failure != null && Arrays.equals(failure, SharedLoads.version(read.version()));
    }

    /** Whether what another JVM loaded, for which this one has waited, can't be shared: versions only grow. */
    boolean letGo() {
        if (!waiting) {
            waiting = true;
            waitedFor = read.version();
            loads.counts.shared(Shared.WAITED);
            return false;
        }
        byte[] unshared = read.records().get(loads.side.unshared(wanted.text()));
        return unshared != null && Long.compareUnsigned(SharedLoads.version(unshared), waitedFor) >= 0;
    }

    /** Loads without a lease, at the position that there is. */
    private Loaded alone() throws Throwable {
        Map<String, byte[]> before = home.call(node -> node.records(loads.side.beforeLoad(wanted.text())));
        Prior prior = loads.prior(found != null ? found : former, wanted);
        return wanted.load(loads.side.token(before, wanted.text(), wanted.asked()), prior);
    }

    /** Waits; who loads whatever there is does not wait for another's load. */
    void await(long pause) throws InterruptedException {
        if (wanted.anew()) {
            takenOver();
        }
        pause(pause);
    }

    /** Ends the lease of a holder that seems dead: the next look may get it. Who only serves what is stale meanwhile has to see to that as well. */
    boolean tookOver() {
        return silent() && takenOver();
    }

    /** Says no where a dead holder's lease ends by itself. */
    private boolean takenOver() {
        return home.call(node -> node.takeOver(key, read.version()));
    }

    private void pause(long pause) throws InterruptedException {
        if (System.nanoTime() - end >= 0) {
            throw timeout("another JVM's load is not done");
        }
        if (pause > 0) {
            LoadGate.Lent place = loads.around.gate.lend();
            try {
                Thread.sleep(pause / 1_000_000, (int) (pause % 1_000_000));
            } catch (InterruptedException interrupted) {
                place.takeBack(0); // its loader may go on, if there is room
                throw interrupted;
            }
            if (!place.takeBack(wanted.waitNanos())) {
                throw timeout("no place to go on loading");
            }
        }
    }

    private CacheTimeoutException timeout(String what) {
        return new CacheTimeoutException(
                "cache " + loads.side.name() + ": " + what + " after " + wanted.waitNanos() / 1_000_000 + " ms ("
                        + loads.around.gate + ")",
                null);
    }

    /** Who has failed just now is silent because nobody is to try again for a while, unless what it left must not even be served meanwhile. */
    private boolean silent() {
        return failedJustNow() ? !covers() : suspect && !signs.containsKey(loads.side.beat(wanted.text()));
    }
}
