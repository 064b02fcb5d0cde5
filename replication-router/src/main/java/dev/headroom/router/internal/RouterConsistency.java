package dev.headroom.router.internal;

import dev.headroom.RequestContext;
import dev.headroom.consistency.Consistency;
import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.router.spi.Position;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Read-your-writes by position in the primary's log. */
final class RouterConsistency implements Consistency {
    private final Cluster cluster;
    private final Floors floors;
    /** Kept, for it is asked for at each load of a cache that can't reach its shared tier. */
    private volatile @Nullable Newest newest;

    private record Newest(long timeline, ConsistencyToken token) {}

    RouterConsistency(Cluster cluster, Floors floors) {
        this.cluster = cluster;
        this.floors = floors;
    }

    PositionCodec codec() {
        return floors.codec();
    }

    /**
     * The token of what the request was told to see and what it wrote, and with monotonic reads what it has seen. For writes in auto-commit mode
     * the primary may have to be asked; when it does not answer, the token is one that only a primary covers.
     */
    @Override
    public ConsistencyToken current() {
        return raised(Floors.token(), beyondToken());
    }

    private ConsistencyToken raised(ConsistencyToken token, Position position) {
        if (position.isNone()) {
            return token;
        }
        TokenEntries entries = TokenEntries.of(token);
        return raise(entries, position, floors.codec()) ? entries.token(floors.codec()) : token;
    }

    /** Has the entries, which are those of the current request's token, cover what that does not tell. @return whether anything has changed */
    boolean raise(TokenEntries entries, Position position, TokenEntries.Clusters clusters) {
        if (position.isNone()) {
            return false;
        }
        PositionCodec codec = floors.codec();
        if (codec.unnamed(entries) == 0) {
            return entries.raise(codec.cluster(), codec.entry(position));
        }
        Position others = floors.others();
        boolean wrote = !writtenBeyondToken().isNone();
        if (others == null) {
            return wrote && entries.raise(codec.cluster(), codec.entry(position));
        }
        return entries.name(codec.cluster(), codec.entry(position.and(others)), wrote, clusters);
    }

    /** What {@link #current} tells of this cluster besides the request's token. */
    Position beyondToken() {
        if (!cluster.replicated()) {
            return floors.beyondToken();
        }
        SessionFloor floor = floors.current();
        SessionFloor.Touch touch = floors.touch(floor);
        boolean monotonic = cluster.options().monotonicReads();
        boolean known = touch == null || (!monotonic && !touch.mayHaveWritten()) || settle(floor);
        if (monotonic) {
            known &= left(floor);
        }
        Position written = floors.beyondToken();
        if (!known) {
            return written.and(beyondAll());
        }
        return monotonic ? written.and(floor.required()) : written;
    }

    /** Whether the floor covers what was read on replicas. */
    private boolean left(SessionFloor floor) {
        try {
            return floors.leave(
                    floor,
                    floor.replicaReads(),
                    null,
                    cluster.options().probeTimeout().toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public ConsistencyToken capture(Connection connection) throws SQLException {
        if (!cluster.replicated()) {
            return ConsistencyToken.NONE;
        }
        Optional<Position> told = cluster.dialect().speaks(connection)
                ? cluster.dialect().capture(connection)
                : Optional.empty(); // of somebody else, who may have been told of anything that was written here
        return floors.codec().token(told.orElseGet(this::sampled));
    }

    /** The primary's position at some moment from now on; without an answer, one that only a primary covers. */
    private Position sampled() {
        return sampled(cluster.now());
    }

    private Position sampled(long since) {
        Node.Seen primary = primarySince(since);
        return primary == null ? beyondAll() : primary.position();
    }

    /** What the primary says when it is asked from then on; null if it does not answer in time, or no longer is one. */
    private Node.@Nullable Seen primarySince(long time) {
        try {
            long passed = cluster.now() - time;
            cluster.refreshPrimary(
                    () -> cluster.primary().primarySince(time) != null,
                    cluster.options().probeTimeout().toNanos() - passed);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return cluster.primary().primarySince(time);
    }

    /** {@link #within} brings it down to where the primary is then. */
    @Override
    public ConsistencyToken newest() {
        if (!cluster.replicated()) {
            return ConsistencyToken.NONE;
        }
        Newest known = newest;
        if (known == null || known.timeline != cluster.timeline()) {
            Position beyondAll = beyondAll();
            known = new Newest(beyondAll.timeline(), floors.codec().raise(ConsistencyToken.NONE, beyondAll));
            newest = known;
        }
        return known.token;
    }

    /** That of {@link #newest()}; none where there are no replicas. */
    Position beyondPrimary() {
        return cluster.replicated() ? beyondAll() : Position.NONE;
    }

    private Position beyondAll() {
        return new Position(cluster.timeline(), Long.MAX_VALUE);
    }

    @Override
    public ConsistencyToken combine(ConsistencyToken a, ConsistencyToken b) {
        return floors.codec().combine(a, b);
    }

    @Override
    public <T> T within(ConsistencyToken token, Callable<T> call) throws Exception {
        if (token.isNone() || !cluster.replicated()) {
            return call.call();
        }
        TokenEntries entries = TokenEntries.of(token);
        ConsistencyToken real = cutDown(entries, ask(entries)) ? entries.token(floors.codec()) : token;
        RequestContext inner = Inner.begin(this::current, real, floors.codec(), this::begins);
        ConsistencyToken before = inner.consistency();
        try {
            return inner.call(call);
        } finally {
            wrote(inner.consistency(), before);
            ended(inner);
        }
    }

    /** A part of the current request, with a context of its own, has ended: what it did without being told a position is the request's. */
    void ended(RequestContext part) {
        if (cluster.replicated()) {
            floors.current()
                    .absorb(floors.current(part), RequestContext.active().isPresent());
        }
    }

    /** A request that is not open yet takes along what the current one, or the thread, has done without a token. */
    void begins(RequestContext request) {
        if (cluster.replicated()) {
            SessionFloor floor = floors.current();
            floors.touch(floor); // what a driver's connection is in hand for has been done until now
            floors.current(request).absorb(floor, true);
        }
    }

    /** The current request has written up to the token, as far as that names this cluster. */
    void wrote(ConsistencyToken token) {
        Position position = floors.codec().named(token);
        if (!position.isNone()) {
            floors.wrote(position);
        }
    }

    /** A part of the current request, which began with one token, has ended with another. */
    void wrote(ConsistencyToken after, ConsistencyToken before) {
        if (!after.equals(before)
                && !floors.codec().named(after).equals(floors.codec().named(before))) {
            wrote(after);
        }
    }

    /** What the current request was told to see and has written; if it may have written more than is known, a token that only a primary covers. */
    ConsistencyToken written() {
        return raised(Floors.token(), writtenBeyondToken());
    }

    /** What {@link #written} tells of this cluster besides the request's token. */
    Position writtenBeyondToken() {
        Position written = floors.beyondToken();
        if (!cluster.replicated()) {
            return written;
        }
        SessionFloor.Touch touch = floors.current().touch();
        boolean known = touch == null || !touch.mayHaveWritten();
        return known ? written : written.and(beyondAll());
    }

    /** The token, and the newest position that a probe or a commit of this router's has told. */
    ConsistencyToken newest(ConsistencyToken token) {
        boolean unnamed = floors.codec().unnamed(TokenEntries.of(token)) != 0; // then it has been told all
        return unnamed ? token : floors.codec().raise(token, newestKnown());
    }

    /** The newest position that a probe or a commit of this router's has told; none where positions don't count. */
    Position newestKnown() {
        return cluster.replicated() && cluster.options().sessions().pin() == null
                ? cluster.primary().newest()
                : Position.NONE;
    }

    /** A token from outside, with this cluster's position at most the primary's own. What it says of other clusters is left alone. */
    ConsistencyToken admit(String untrusted, Duration life) {
        TokenEntries entries = Inner.untrusted(untrusted, life);
        admit(entries, ask(entries));
        return entries.token(floors.codec());
    }

    /** The same of a token that was read, of which {@link #ask} was told. */
    void admit(TokenEntries entries, long asked) {
        if (!cluster.replicated()) {
            entries.remove(floors.codec().cluster());
        }
        cutDown(entries, asked);
    }

    /** Asks for the primary's position, without waiting, if the token may say more than is known. @return when */
    long ask(TokenEntries entries) {
        long now = cluster.now();
        if (inDoubt(entries)) {
            cluster.askPrimary();
        }
        return now;
    }

    /** Asks for the primary's position, without waiting. @return when */
    long askForCapture() {
        long now = cluster.now();
        if (cluster.replicated()) {
            cluster.askPrimary();
        }
        return now;
    }

    /** The primary's position at some moment from then on, whatever connection is asked about; none without replicas. */
    Position captured(long asked) {
        return cluster.replicated() ? sampled(asked) : Position.NONE;
    }

    private boolean inDoubt(TokenEntries entries) {
        if (!cluster.replicated() || entries.get(floors.codec().cluster()) == null) {
            return false; // what all others stand for is found out by whoever reads
        }
        Position asked = floors.codec().position(entries);
        boolean pinned = cluster.options().sessions().pin() != null && PositionCodec.beyondAll(asked);
        Node known = cluster.primary();
        return !pinned && !known.hasBeenAt(asked) && cluster.up(known);
    }

    /**
     * No position beyond the primary's is real. What neither the last sample covers nor a commit of this router's has told is compared with a fresh
     * one, unless the primary is known not to answer; and what is of a later timeline only when every node has answered, since otherwise ours may be
     * the primary whose place was taken.
     *
     * @param asked when {@link #ask} was told of it
     * @return whether anything has changed
     */
    boolean cutDown(TokenEntries entries, long asked) {
        if (!inDoubt(entries)) {
            return false;
        }
        Position told = floors.codec().position(entries);
        Node.Seen primary = primarySince(asked);
        if (primary == null || primary.position().covers(told) || mayBeReplaced(primary.position(), told, asked)) {
            return false;
        }
        TokenEntries.Entry entry = entries.get(floors.codec().cluster());
        boolean added = entry != null && entry.added();
        entries.replace(
                floors.codec().cluster(),
                added
                        ? floors.codec().added(primary.position())
                        : floors.codec().entry(primary.position()));
        return true;
    }

    /** Whether a node that does not answer may have taken the primary's place, and be where the token is from. */
    private boolean mayBeReplaced(Position primary, Position asked, long since) {
        if (asked.timeline() <= primary.timeline() || PositionCodec.beyondAll(asked)) {
            return false;
        }
        BooleanSupplier allAnswered = () -> cluster.nodes().stream().allMatch(node -> node.seenSince(since));
        try {
            return !cluster.refresh(
                    allAnswered, cluster.options().probeTimeout().toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private boolean settle(SessionFloor floor) {
        try {
            return floors.settle(floor, cluster.options().probeTimeout().toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
