package dev.headroom.cache.internal;

import dev.headroom.Deadline;
import dev.headroom.RequestContext;
import dev.headroom.cache.CacheOptions;
import dev.headroom.cache.CacheTimeoutException;
import dev.headroom.cache.EntryOptions;
import dev.headroom.cache.internal.CacheCounts.Outcome;
import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.debug.DebugLog;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** Calls of one cache's sources: in the places there are, at the position they must read at, counted; and how long callers wait for them. */
final class SourceCalls {
    private final String cache;
    private final CacheOptions options;
    private final Surroundings around;
    private final CacheCounts counts;
    private final Fences fences;
    private final Failures failures;
    private volatile @Nullable Throwable lastFailure;

    SourceCalls(
            String cache,
            CacheOptions options,
            Surroundings around,
            CacheCounts counts,
            Fences fences,
            Failures failures) {
        this.cache = cache;
        this.options = options;
        this.around = around;
        this.counts = counts;
        this.fences = fences;
        this.failures = failures;
    }

    /**
     * One key's.
     *
     * @param asked the position to read at, beside those left here
     * @param flight the load that this is for
     */
    Loaded one(
            Object key,
            Source source,
            EntryOptions entries,
            ConsistencyToken asked,
            Prior prior,
            Flight flight,
            long start)
            throws Throwable {
        enter();
        counts.loadBegun();
        try {
            long begun = System.nanoTime();
            Loaded loaded = fences.within(fences.of(key, asked), source, new Load(entries, prior));
            return loaded.took(System.nanoTime() - begun);
        } catch (Throwable failure) {
            lastFailure = failure;
            failures.failed(key, failure, flight);
            counts.loaded(key, Outcome.FAILED, System.nanoTime() - start, failure);
            throw failure;
        } finally {
            around.gate.leave();
        }
    }

    /**
     * Several keys' by one call that takes one place; what became of them is counted by who has them.
     *
     * @param flights the loads that this is for, by key
     */
    void several(ConsistencyToken position, Source source, Map<Object, Flight> flights) throws Throwable {
        enter();
        long start = System.nanoTime();
        counts.loadBegun();
        try {
            fences.within(position, source, new Load(options.entries()));
        } catch (Throwable failure) {
            lastFailure = failure;
            flights.forEach((key, flight) -> failures.failed(key, failure, flight));
            counts.loaded(CacheCounts.SEVERAL, Outcome.FAILED, System.nanoTime() - start, failure);
            throw failure;
        } finally {
            around.gate.leave();
        }
    }

    /** Several keys' that nobody keeps. */
    void uncachedSeveral(ConsistencyToken position, Source source) throws Throwable {
        counts.loadBegun();
        long start = System.nanoTime();
        Outcome outcome = Outcome.FAILED;
        try {
            fences.within(position, source, new Load(options.entries()));
            outcome = Outcome.UNSTORED;
        } finally {
            counts.loaded(CacheCounts.SEVERAL, outcome, System.nanoTime() - start, null);
        }
    }

    /** One that nobody keeps; not counted against the places, for nothing here may stand in the application's way. */
    @Nullable Object uncached(Object key, Source source) throws Throwable {
        counts.loadBegun();
        long start = System.nanoTime();
        try {
            Load load = new Load(options.entries());
            Loaded loaded = fences.within(fences.of(key, fences.current()), source, load);
            counts.loaded(key, Outcome.UNSTORED, System.nanoTime() - start, null);
            return loaded.value();
        } catch (Throwable failure) {
            counts.loaded(key, Outcome.FAILED, System.nanoTime() - start, failure);
            throw failure;
        }
    }

    /** The same for a loader that answers by a stage, which is called at once and on this thread. */
    CompletionStage<?> uncachedStage(Object key, Source source) throws Throwable {
        counts.loadBegun();
        long start = System.nanoTime();
        try {
            Load load = new Load(options.entries());
            Object stage = fences.within(fences.of(key, fences.current()), source, load)
                    .value();
            return ((CompletionStage<?>) Objects.requireNonNull(stage, "the loader's stage"))
                    .whenComplete((value, failure) -> counts.loaded(
                            key,
                            failure == null ? Outcome.UNSTORED : Outcome.FAILED,
                            System.nanoTime() - start,
                            failure));
        } catch (Throwable failure) {
            counts.loaded(key, Outcome.FAILED, System.nanoTime() - start, failure);
            throw failure;
        }
    }

    /** Why the key's source is to be left alone now; null if it may be asked. */
    @Nullable Throwable failureOf(Object key) {
        return failures.of(key);
    }

    /** The next load of it asks the source, whatever the last came to. */
    void forgetFailure(Object key) {
        failures.forget(key);
    }

    private void enter() {
        havePlace(around.gate::enter, "load");
    }

    /** This thread is about to wait: the place of its load, if it is at one, is lent. */
    LoadGate.Lent lend() {
        return around.gate.lend();
    }

    /** It has waited, and needs a place again. */
    void goOn(LoadGate.Lent place) {
        havePlace(place, "go on loading");
    }

    /** It was interrupted, and waits for nothing any more. */
    void goOnIfThereIsRoom(LoadGate.Lent place) {
        try {
            place.takeBack(0);
        } catch (InterruptedException again) {
            Thread.currentThread().interrupt();
        }
    }

    private void havePlace(LoadGate.Lent place, String what) {
        long wait = waitNanos();
        boolean taken;
        try {
            taken = place.takeBack(wait);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw timeout("interrupted while waiting for a place to " + what);
        }
        if (!taken) {
            throw timeout("no place to " + what + " within " + wait / 1_000_000 + " ms");
        }
    }

    /** Waits for the stage of a loader; while what the loader has asked the cache for is not there, its place is lent. */
    <V extends @Nullable Object> V resultOf(CompletionStage<V> stage) throws Throwable {
        CompletableFuture<V> result = stage.toCompletableFuture();
        CompletableFuture<@Nullable Void> asked = around.gate.unanswered();
        while (asked != null && !result.isDone()) {
            LoadGate.Lent place = lend();
            try {
                CompletableFuture.anyOf(result, asked).get();
            } catch (ExecutionException failed) {
                break; // the result has
            } catch (InterruptedException interrupted) {
                place.takeBack(0); // its loader may go on, if there is room
                throw interrupted;
            }
            if (!result.isDone()) {
                goOn(place);
            }
            asked = around.gate.unanswered();
        }
        return Thrown.resultOf(result);
    }

    CacheTimeoutException timeout(String what) {
        return new CacheTimeoutException("cache " + cache + ": " + what + " (" + around.gate + ")", lastFailure);
    }

    CacheTimeoutException late(long waited) {
        return timeout("another caller's load took longer than " + waited / 1_000_000 + " ms");
    }

    /** Whether any caller may leave before the load is done. */
    boolean mayBeTimed() {
        return !options.softTimeout().isZero() || !options.hardTimeout().isZero();
    }

    /** Whether the caller may leave before the load is done, so that it has to run on another thread. */
    boolean timed(@Nullable Entry stale) {
        return soft(stale) || !options.hardTimeout().isZero();
    }

    private boolean soft(@Nullable Entry stale) {
        return !options.softTimeout().isZero() && stale != null && stale.mayCoverErrors(around.now());
    }

    /** How long to wait for a load: not as long if there is a stale value to serve. */
    long waitNanos(@Nullable Entry stale) {
        long wait = waitNanos();
        if (!options.hardTimeout().isZero()) {
            wait = Math.min(wait, options.hardTimeout().toNanos());
        }
        return soft(stale) ? Math.min(wait, options.softTimeout().toNanos()) : wait;
    }

    /** How long this caller may wait: as the options say, or until its deadline. */
    long waitNanos() {
        long most = options.waitAtMost().toNanos();
        return RequestContext.active()
                .flatMap(RequestContext::deadline)
                .map(deadline -> Math.max(0, Math.min(most, deadline.remaining().toNanos())))
                .orElse(most);
    }

    /** How long one call waits for several loads: all have one end, and who has a stale value in hand is waited for no longer than that is worth. */
    Patience patience(long start) {
        return new Patience(start + waitNanos((Entry) null), start);
    }

    /** What is left of it. */
    final class Patience {
        private final long end;
        private final long start;

        private Patience(long end, long start) {
            this.end = end;
            this.start = start;
        }

        long left(@Nullable Entry stale) {
            long now = System.nanoTime();
            long left = end - now;
            if (soft(stale)) {
                left = Math.min(left, options.softTimeout().toNanos() - (now - start));
            }
            return Math.max(0, left);
        }
    }

    /** The context of a load that goes on when its caller has left. */
    static RequestContext backgroundContext() {
        return RequestContext.current()
                .with()
                .deadline((Deadline) null)
                .debug(DebugLog.none())
                .build();
    }
}
