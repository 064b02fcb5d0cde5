package dev.headroom.router.internal;

import dev.headroom.router.NodeRole;
import dev.headroom.router.NodeSpec;
import dev.headroom.router.PoolUsage;
import dev.headroom.router.TimedPool;
import dev.headroom.router.spi.Position;
import dev.headroom.router.spi.ReplicationDialect;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One node: what it last said, whether it may be used, and what is in flight on it. Written by its probe, read by everybody. */
final class Node {
    private static final Logger log = LoggerFactory.getLogger(Node.class);

    /** How many reads may have threads of ours wait for this node's pool at one time. */
    private static final int MOST_WAITING = 64;

    /** The same of units that may write. */
    private static final int MOST_WRITERS_WAITING = 256;

    /** The latest probe's share in the latency: one fifth, so that a second tells. */
    private static final int LATENCY_SMOOTHING = 5;

    /** A probe is late when it takes so many times longer than of late, and more than this. */
    private static final int LATE = 4;

    private static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** Less than what a connection may lie idle before pools try it out; HikariCP: 500 ms. */
    private static final long LIVELY_NANOS = TimeUnit.MILLISECONDS.toNanos(350);

    /** The time of use is noted no more often. */
    private static final long TAKEN_STEP = TimeUnit.MILLISECONDS.toNanos(50);

    private static final long NEVER = Long.MIN_VALUE;

    private final NodeSpec spec;
    private final Semaphore waiting = new Semaphore(MOST_WAITING);
    private final Semaphore writersWaiting = new Semaphore(MOST_WRITERS_WAITING);
    private final Units<Lease> units = new Units<>();
    private final Aborts aborts;
    private @Nullable Cluster cluster;
    private final @Nullable Supplier<Duration> poolTimeout;
    private final @Nullable TimedPool timed;
    private final boolean ordinary;
    private final @Nullable String zone;
    private volatile RouterSensors.@Nullable PerNode meters;
    private volatile @Nullable Seen seen;
    private volatile @Nullable Fresh fresh;
    private final AtomicReference<Position> told = new AtomicReference<>(Position.NONE);
    private volatile long pendingSince = NEVER;
    private volatile long silentSince = NEVER;
    private volatile long suspectedAt = NEVER;
    private volatile long takenAt = NEVER;
    private volatile long promotedAt = NEVER;
    private volatile boolean failing;
    private volatile boolean lost;
    private volatile boolean deposed;
    private volatile boolean drained;
    private volatile boolean leaving;
    private volatile @Nullable String lastFailure;
    private volatile long latencyNanos;
    private volatile long poolTimeoutNanos = NEVER;

    Node(NodeSpec spec) {
        this.spec = spec;
        this.aborts = new Aborts(spec.name());
        this.poolTimeout = spec.poolTimeout().orElse(null);
        this.timed = spec.timed().orElse(null);
        this.ordinary = spec.tags().isEmpty();
        this.zone = spec.zone().orElse(null);
    }

    /**
     * A good answer.
     *
     * @param answer the role, and the position at some moment between the two times
     * @param askedAt before the question was sent
     * @param answeredAt after the answer came
     */
    record Seen(ReplicationDialect.Answer answer, long askedAt, long answeredAt) {
        NodeRole role() {
            return answer.role();
        }

        Position position() {
            return answer.position();
        }

        /** Whether it said that it takes writes, with a position that covers all that had committed. */
        boolean sample() {
            return answer.role() == NodeRole.PRIMARY && answer.covering();
        }
    }

    /** All that had committed by this time, on that timeline, shows. */
    private record Fresh(long timeline, long asOf) {}

    NodeSpec spec() {
        return spec;
    }

    String name() {
        return spec.name();
    }

    /** Its cluster takes it up, before it is used. */
    void of(Cluster owner) {
        cluster = owner;
    }

    Cluster cluster() {
        return Objects.requireNonNull(cluster);
    }

    /** Whether it takes reads that ask for this; null for ordinary ones. */
    boolean serves(@Nullable String tag) {
        return tag == null ? ordinary : spec.tags().contains(tag);
    }

    /** Whether it is in that zone. */
    boolean in(String zone) {
        return zone.equals(this.zone);
    }

    /** Its meters; null before the first measurement. */
    RouterSensors.@Nullable PerNode meters() {
        return meters;
    }

    void meters(RouterSensors.PerNode known) {
        meters = known;
    }

    Semaphore waiting() {
        return waiting;
    }

    Semaphore writersWaiting() {
        return writersWaiting;
    }

    /** The units that run on it now. */
    Units<Lease> units() {
        return units;
    }

    /** What cuts their connections. */
    Aborts aborts() {
        return aborts;
    }

    /** The last good answer. */
    @Nullable Seen seen() {
        return seen;
    }

    NodeRole role() {
        Seen last = seen;
        return last == null ? NodeRole.UNKNOWN : last.role();
    }

    /** Its position, none while unknown. */
    Position position() {
        Seen last = seen;
        return last == null ? Position.NONE : last.position();
    }

    /** A commit of this router's has told it as its position; a probe will see it, or has. */
    void told(Position position) {
        told.accumulateAndGet(position, Node::later); // a commit that is overtaken by a later one takes nothing away
    }

    /** Whether it is known to have been at that position, by its probes or by a commit of this router's. */
    boolean hasBeenAt(Position position) {
        return position().covers(position) || told.get().covers(position);
    }

    /** The newest position that its probes or commits of this router's have told. */
    Position newest() {
        return later(position(), told.get());
    }

    /** Of an earlier timeline there may have been more than a new primary ever had: no position has one's timeline and the other's number. */
    private static Position later(Position one, Position other) {
        if (one.timeline() == other.timeline()) {
            return one.and(other);
        }
        return one.timeline() > other.timeline() ? one : other;
    }

    /** Whether its last good answer was asked for at or after this time. */
    boolean seenSince(long time) {
        Seen last = seen;
        return last != null && last.askedAt() - time >= 0;
    }

    /** Its last good answer if that was asked for at or after this time, and it said then that it takes writes; else null. */
    @Nullable Seen primarySince(long time) {
        Seen last = seen;
        return last != null && last.sample() && last.askedAt() - time >= 0 ? last : null;
    }

    /** Whether it was asked at all and has answered or failed to. */
    boolean asked() {
        return seen != null || lastFailure != null;
    }

    @Nullable String lastFailure() {
        return lastFailure;
    }

    void asking(long now) {
        pendingSince = now;
        if (silentSince == NEVER) {
            silentSince = now;
        }
    }

    void answered(Seen answer) {
        if (role() == NodeRole.REPLICA && answer.role() == NodeRole.PRIMARY) {
            promotedAt = answer.askedAt();
        }
        seen = answer;
        long took = answer.answeredAt() - answer.askedAt();
        long before = latencyNanos;
        latencyNanos = before == 0 ? took : before + (took - before) / LATENCY_SMOOTHING;
        if (suspectedAt != NEVER && answer.askedAt() - suspectedAt >= 0) {
            suspectedAt = NEVER;
        }
        if (answer.role() == NodeRole.REPLICA) {
            deposed = false; // it has given up what it was
        }
        poolTimeoutNanos = NEVER;
        silentSince = NEVER;
        failing = false;
        lost = false;
        lastFailure = null;
        pendingSince = NEVER;
    }

    /**
     * @param connectionLost whether the connection was lost or refused, other than by a mere silence
     * @param refused whether the server did answer, but with a refusal: too many connections, a wrong password
     */
    void failed(String failure, boolean connectionLost, boolean refused, long askedAt) {
        failing = true;
        lost = connectionLost;
        if (refused) {
            silentSince = NEVER;
            if (suspectedAt != NEVER && askedAt - suspectedAt >= 0) {
                suspectedAt = NEVER;
            }
        }
        lastFailure = failure;
        pendingSince = NEVER;
    }

    /** A user lost a connection to it: it is out until a probe that is asked from now on is answered. */
    void suspect(long now, String failure) {
        suspectedAt = now;
        lastFailure = failure;
    }

    /** How long its probes take of late; 0 while unknown. */
    long latencyNanos() {
        return latencyNanos;
    }

    /** Whether it answers, as far as is known now. */
    boolean up(long now, long timeoutNanos) {
        long pending = pendingSince;
        return seen != null && !failing && suspectedAt == NEVER && (pending == NEVER || now - pending <= timeoutNanos);
    }

    /**
     * Whether a unit that may write would only lose time on it: it is silent, or there is nobody at all. A server that refuses the prober
     * may well serve the pool's connections.
     */
    boolean out(long now, long timeoutNanos) {
        return lost || seen != null && (suspectedAt != NEVER || silentNanos(now) > timeoutNanos);
    }

    /** Whether it was seen to become a primary, and later than the other one. */
    boolean promotedAfter(Node other) {
        long own = promotedAt;
        long others = other.promotedAt;
        return own != NEVER && (others == NEVER || own - others > 0);
    }

    /** Another node has taken its place; it takes no writes until it has been seen as a replica. */
    void depose() {
        deposed = true;
    }

    boolean deposed() {
        return deposed;
    }

    /** It has the place of the node that takes writes. */
    void elected() {
        deposed = false;
    }

    void drained(boolean out) {
        drained = out;
    }

    void leaving(boolean gone) {
        leaving = gone;
    }

    /** Whether it gets no new units: it was taken out by hand, or its host is gone. */
    boolean drained() {
        return drained || leaving;
    }

    /** How long it has been silent, 0 when it has answered. */
    long silentNanos(long now) {
        long since = silentSince;
        return since == NEVER ? 0 : Math.max(0, now - since);
    }

    /** Takes over what the clock says of the last known position. */
    void refresh(LagClock clock) {
        Position position = position();
        OptionalLong asOf = clock.freshAsOf(position);
        fresh = asOf.isPresent() ? new Fresh(position.timeline(), asOf.getAsLong()) : null;
    }

    /** An upper bound of its staleness; {@link Long#MAX_VALUE} while unknown. */
    long lagNanos(long now, long timeline) {
        Fresh known = fresh;
        return known == null || known.timeline() != timeline ? Long.MAX_VALUE : Math.max(0, now - known.asOf());
    }

    /** Whether it replicates on that timeline, no further behind than that, and has reached the position. */
    boolean shows(Position required, long timeline, long now, long limitNanos) {
        Seen last = seen;
        return last != null
                && last.role() == NodeRole.REPLICA
                && last.position().timeline() == timeline
                && last.position().covers(required)
                && lagNanos(now, timeline) <= limitNanos;
    }

    /** The longest that its pool keeps a caller waiting; {@link Long#MAX_VALUE} when not known. Asked anew after each probe. */
    long poolTimeoutNanos() {
        long known = poolTimeoutNanos;
        if (known == NEVER) {
            known = poolTimeout == null ? Long.MAX_VALUE : poolTimeout.get().toNanos();
            poolTimeoutNanos = known;
        }
        return known;
    }

    /** Its pool if that can be told how long to wait; else null. */
    @Nullable TimedPool timed() {
        return timed;
    }

    /** A connection of its pool's was taken. */
    void taken(long now) {
        long last = takenAt;
        if (last == NEVER || now - last > TAKEN_STEP) {
            takenAt = now;
        }
    }

    /** Whether its pool was used just now, so that its connections need hardly be tried out, and it is not late with an answer to its probe. */
    boolean lively(long now) {
        long pending = pendingSince;
        long last = takenAt;
        return last != NEVER
                && now - last <= LIVELY_NANOS
                && (pending == NEVER || now - pending <= Math.max(LATE_NANOS, LATE * latencyNanos));
    }

    /** Whether its pool says that it has connections lent. */
    boolean lends() {
        return usage().map(pool -> pool.active() > 0).orElse(false);
    }

    /** Whether its pool has a connection to give, or does not tell. */
    boolean mayHaveIdle() {
        return usage().map(pool -> pool.idle() > 0).orElse(true);
    }

    /** How full its pool is, and what went wrong last: {@code total=10, active=10, idle=0, waiting=3, most=10}. */
    String poolInWords() {
        String failure = lastFailure;
        return usage().map(pool -> "total=" + (pool.active() + pool.idle()) + ", active=" + pool.active() + ", idle="
                                + pool.idle() + ", waiting=" + pool.waiting() + ", most=" + pool.maximum())
                        .orElse("its pool does not tell how full it is")
                + (failure == null ? "" : "; last failure: " + failure);
    }

    private Optional<PoolUsage> usage() {
        try {
            return spec.pool().map(Supplier::get);
        } catch (RuntimeException failure) {
            log.debug("router: the pool of {} does not tell how full it is", this, failure);
            return Optional.empty();
        }
    }

    /** Has the pool throw its connections away. */
    void evictAll() {
        try {
            spec.evictAll().ifPresent(Runnable::run);
        } catch (RuntimeException | Error failure) { // whoever asks for it has news for those who wait
            log.warn("router: the pool of {} could not be emptied", this, failure);
        }
    }

    @Override
    public String toString() {
        return name();
    }
}
