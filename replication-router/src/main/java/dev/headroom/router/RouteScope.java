package dev.headroom.router;

import dev.headroom.config.Checks;
import dev.headroom.router.internal.ReadAttempt;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Says where the database work of a piece of code may go; the programmatic form of {@link ReadOnly}, {@link UsePrimary} and
 * {@link UseReplica}. Immutable; may be kept and used again.
 *
 * <p>The scope belongs to the thread while its call runs. A <em>unit</em> of work is a transaction, or in auto-commit mode a
 * statement. A transaction takes the scope in which {@code setAutoCommit(false)} was called (in which its first statement runs, when
 * it is not the first one since), a statement in auto-commit mode the scope in which it is made; an open transaction never moves.
 *
 * <p>Scopes nest: the inner one chooses the node anew, but below a read-only scope all is read-only: {@code primary()} in it is a
 * critical read, and a write is refused with {@link ReadOnlyViolationException}.
 *
 * <p>A read-only call whose node is lost, or cancels it for the sake of its replay, is run once more on another node, unless it is
 * {@link #once()} or the transaction that failed was begun outside of it.
 *
 * <pre>{@code
 * List<Order> orders = RouteScope.readOnly().maxStaleness(Duration.ofSeconds(2)).call(() -> dao.recent());
 * }</pre>
 */
public final class RouteScope {
    /** However stale, also if that is not known. */
    private static final Duration ANY = Duration.ofNanos(Long.MAX_VALUE);

    private static final ThreadLocal<@Nullable RouteScope> CURRENT = new ThreadLocal<>();
    private static final RouteScope READ_ONLY = new RouteScope(Target.ANY, true, null, false, null);
    private static final RouteScope PRIMARY = new RouteScope(Target.PRIMARY, false, null, false, null);
    private static final RouteScope REPLICA = new RouteScope(Target.REPLICA, true, null, false, null);

    private final Target target;
    private final boolean readOnly;
    private final @Nullable Duration maxStaleness;
    private final boolean once;
    private final @Nullable String tag;

    private RouteScope(
            Target target, boolean readOnly, @Nullable Duration maxStaleness, boolean once, @Nullable String tag) {
        this.target = target;
        this.readOnly = readOnly;
        this.maxStaleness = maxStaleness;
        this.once = once;
        this.tag = tag;
    }

    /**
     * Reads only, on a replica if one is fresh enough, otherwise on the primary within its budget. In a router of one node, writes are refused as far
     * as the driver's {@code setReadOnly} does it: PostgreSQL's only in transactions.
     */
    public static RouteScope readOnly() {
        return READ_ONLY;
    }

    /** Reads and writes on the primary. */
    public static RouteScope primary() {
        return PRIMARY;
    }

    /** Reads only, on a replica or not at all; in a router without ordinary replicas, on the primary. */
    public static RouteScope replica() {
        return REPLICA;
    }

    /**
     * Reads only, on a replica that has this tag ({@link NodeSpec#tags}) or not at all; those for reports, for example. Where there are no
     * replicas, the primary answers.
     *
     * <p>A replica that is behind on purpose, too, must show what the request has written and read so far, so a read on it belongs into a request
     * of its own; and how far it is behind is known only when the router has run for that long, so before it has, only {@link #anyStaleness()} takes
     * it.
     *
     * @throws dev.headroom.config.ConfigurationException if the tag is no name
     */
    public static RouteScope replica(String tag) {
        return new RouteScope(Target.REPLICA, true, null, false, Checks.name("tag", tag));
    }

    /** The thread's scope. */
    public static Optional<RouteScope> current() {
        return Optional.ofNullable(CURRENT.get());
    }

    /** Which nodes may answer. */
    public enum Target {
        /** A replica, or the primary if need be. */
        ANY,
        /** The primary. */
        PRIMARY,
        /** A replica. */
        REPLICA
    }

    /**
     * How stale a replica may be when a statement begins there; this is never exceeded. Default: the router's soft limit ({@link #replica()}: its hard
     * limit), which may be exceeded up to the hard limit when the primary's budget is used up; and a statement may be executed for a second after
     * its replica was last found fresh enough. Where it is more than what a position lives ({@link ReplicaRouterBuilder#positionCookie}), a client
     * may not see what it wrote before that.
     *
     * @throws dev.headroom.config.ConfigurationException if not more than zero
     * @throws IllegalStateException if this is {@link #primary()}
     */
    public RouteScope maxStaleness(Duration maxStaleness) {
        if (target == Target.PRIMARY) {
            throw new IllegalStateException("maxStaleness: on primary() (expected: on readOnly() or replica())");
        }
        return new RouteScope(target, readOnly, Checks.positive("maxStaleness", maxStaleness), once, tag);
    }

    /**
     * Any replica that has the tag and follows the primary, however stale it is, also when that is not known: for one that is behind on purpose. It
     * must still show what the request has written and read.
     *
     * @throws IllegalStateException if this is not {@link #replica(String)}
     */
    public RouteScope anyStaleness() {
        if (tag == null) {
            throw new IllegalStateException("anyStaleness: without a tag (expected: on replica(tag))");
        }
        return new RouteScope(target, readOnly, ANY, once, tag);
    }

    /**
     * The same, but its call is never run a second time. By default a call in a read-only scope is run once more, on other nodes, when its
     * node is lost or cancels a query for the sake of its replay; choose this when the call does other things than read from the database.
     */
    public RouteScope once() {
        return new RouteScope(target, readOnly, maxStaleness, true, tag);
    }

    /** Which nodes may answer. */
    public Target target() {
        return target;
    }

    /** Whether writes are refused. */
    public boolean isReadOnly() {
        return readOnly;
    }

    /** Whether a call may be run a second time. */
    public boolean isRetried() {
        return readOnly && !once;
    }

    /** How stale a replica may be, if this scope says so itself. */
    public Optional<Duration> maxStaleness() {
        return Optional.ofNullable(maxStaleness);
    }

    /** The tag that the replica must have. */
    public Optional<String> tag() {
        return Optional.ofNullable(tag);
    }

    /** Runs the call in this scope; if it is read-only and not {@link #once()}, a second time when its node fails it. */
    public <T extends @Nullable Object> T call(Callable<T> call) throws Exception {
        return ReadAttempt.<T, Exception>within(this, call::call);
    }

    /** Runs the work in this scope; if it is read-only and not {@link #once()}, a second time when its node fails it. */
    public void run(Runnable work) {
        ReadAttempt.<Boolean, RuntimeException>within(this, () -> {
            work.run();
            return true;
        });
    }

    /** Makes this the thread's scope until the handle is closed, on the same thread; what runs in it is never run a second time. */
    public Handle open() {
        return new Handle(this);
    }

    @Override
    public String toString() {
        return "RouteScope[" + target + (readOnly ? ", read-only" : "")
                + (maxStaleness == null ? "" : ", maxStaleness=" + maxStaleness)
                + (tag == null ? "" : ", tag=" + tag) + "]";
    }

    /** The time during which a scope is the thread's. */
    public static final class Handle implements AutoCloseable {
        private final @Nullable RouteScope before;
        private boolean closed;

        private Handle(RouteScope scope) {
            this.before = CURRENT.get();
            boolean refuseWrites = before != null && before.readOnly && !scope.readOnly;
            CURRENT.set(refuseWrites ? new RouteScope(scope.target, true, scope.maxStaleness, true, null) : scope);
        }

        @Override
        public void close() {
            if (closed) {
                return;
            }
            closed = true;
            CURRENT.set(before); // removed where there was none, the thread's entry would be made anew by the next
        }
    }
}
