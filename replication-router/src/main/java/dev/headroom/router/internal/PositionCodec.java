package dev.headroom.router.internal;

import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.router.spi.Position;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the positions of one cluster into tokens, and reads them there; other clusters' entries it leaves alone ({@link TokenEntries}).
 *
 * <p>An entry of its own cluster with another mark was written when the cluster was another kind of database. Nothing can be said of where
 * that is, so it stands for a position that only the primary covers.
 */
final class PositionCodec implements TokenEntries.Clusters {
    private static final Logger log = LoggerFactory.getLogger(PositionCodec.class);

    /** No node is on it. */
    private static final long BEYOND_TIMELINE = 999_999_999_999_999_999L;

    /** Beyond all that any node may have reached. */
    static final Position BEYOND_ALL = new Position(BEYOND_TIMELINE, Long.MAX_VALUE);

    private final String cluster;
    private final Supplier<String> mark;
    private final Predicate<Position> reached;
    private final BooleanSupplier replaced;
    private final AtomicBoolean told = new AtomicBoolean();

    /** The clusters of which this is one, where routers are several as one. */
    private volatile TokenEntries.@Nullable Clusters group;

    /**
     * @param mark of the cluster's kind of database, as far as it is known
     * @param reached whether all of its nodes are there
     * @param replaced whether it has been seen with another primary before
     */
    PositionCodec(String cluster, Supplier<String> mark, Predicate<Position> reached, BooleanSupplier replaced) {
        this.cluster = cluster;
        this.mark = mark;
        this.reached = reached;
        this.replaced = replaced;
    }

    /** Whether it stands for what only the primary covers, whichever that is. */
    static boolean beyondAll(Position position) {
        return position.timeline() == BEYOND_TIMELINE;
    }

    /** Beyond all, and told from the one before, so that a client is told anew. */
    static Position pinnedAfter(Position before) {
        return new Position(BEYOND_TIMELINE, beyondAll(before) ? before.sequence() % Integer.MAX_VALUE + 1 : 1);
    }

    String cluster() {
        return cluster;
    }

    /** It is one of these clusters: tokens are for them all, whoever of them is asked. */
    void among(TokenEntries.Clusters all) {
        group = all;
    }

    @Override
    public boolean has(String name) {
        TokenEntries.Clusters all = group;
        return cluster.equals(name) || all != null && all.has(name);
    }

    @Override
    public boolean reachedByAll(String name, TokenEntries.Entry entry) {
        TokenEntries.Clusters all = group;
        return cluster.equals(name) ? reachedByAll(entry) : all != null && all.reachedByAll(name, entry);
    }

    @Override
    public boolean replaced(String name) {
        TokenEntries.Clusters all = group;
        return cluster.equals(name) ? replaced.getAsBoolean() : all != null && all.replaced(name);
    }

    /** Whether another primary has been seen in this cluster before. */
    boolean replaced() {
        return replaced.getAsBoolean();
    }

    /** Whether each of this cluster's nodes has said that it is there. */
    boolean reachedByAll(TokenEntries.Entry entry) {
        return entry.mark().equals(mark.get()) && reached.test(entry.position());
    }

    /** This cluster's position, beyond all if it is one of those that are not named; none when the token has none or is not one of ours. */
    Position position(ConsistencyToken token) {
        return token.isNone() ? Position.NONE : position(TokenEntries.of(token));
    }

    /** The same of a token that was read. */
    Position position(TokenEntries entries) {
        TokenEntries.Entry entry = entries.get(cluster);
        if (entry == null) {
            return entries.others() == 0 ? Position.NONE : BEYOND_ALL;
        }
        String own = mark.get();
        if (entry.mark().equals(own)) {
            return entry.position();
        }
        if (!own.isEmpty() && told.compareAndSet(false, true)) {
            log.warn(
                    "router {}: a token is of another kind of database ({}, expected: {}); reads with such tokens go to where the"
                            + " primary is then",
                    cluster,
                    entry.mark().isEmpty() ? "none" : entry.mark(),
                    own);
        }
        return BEYOND_ALL;
    }

    /** This cluster's position if the token names it, else none. */
    Position named(ConsistencyToken token) {
        TokenEntries entries = TokenEntries.of(token);
        return entries.get(cluster) == null ? Position.NONE : position(entries);
    }

    /** The number of the entry that stands for this cluster among others; 0 if it is named, or there is none. */
    int unnamed(TokenEntries entries) {
        return entries.get(cluster) == null ? entries.others() : 0;
    }

    /** The entry of something that was written, or is to be covered as if it were. */
    TokenEntries.Entry entry(Position position) {
        return new TokenEntries.Entry(mark.get(), position, false);
    }

    /** The entry of a position that the client may not have written. */
    TokenEntries.Entry added(Position position) {
        return new TokenEntries.Entry(mark.get(), position, true);
    }

    /** The token of one position. */
    ConsistencyToken token(Position position) {
        return raise(ConsistencyToken.NONE, position);
    }

    /** A token that covers the given one and the position. */
    ConsistencyToken raise(ConsistencyToken token, Position position) {
        if (position.isNone()) {
            return token;
        }
        TokenEntries entries = TokenEntries.of(token);
        return entries.raise(cluster, entry(position)) ? entries.token(this) : token;
    }

    /**
     * The same, which tells everything; null if there is no room for that.
     *
     * @param others what the entry of all others stands for here, or less than the position; null if that is not known
     */
    @Nullable ConsistencyToken raiseExactly(ConsistencyToken token, Position position, @Nullable Position others) {
        TokenEntries entries = TokenEntries.of(token);
        if (unnamed(entries) != 0) {
            boolean named = others != null
                    && entries.name(cluster, entry(position.and(others)), true, this)
                    && unnamed(entries) == 0;
            return named ? entries.token(this) : null;
        }
        if (!entries.raise(cluster, entry(position))) {
            return token;
        }
        return entries.fit() ? entries.token(this) : null;
    }

    /** A token that covers both, cluster by cluster. */
    ConsistencyToken combine(ConsistencyToken a, ConsistencyToken b) {
        return combine(a, b, this);
    }

    /** The same for who knows these clusters. */
    static ConsistencyToken combine(ConsistencyToken a, ConsistencyToken b, TokenEntries.Clusters clusters) {
        if (a.isNone() || a.equals(b)) {
            return b;
        }
        if (b.isNone()) {
            return a;
        }
        TokenEntries both = TokenEntries.of(a);
        both.join(TokenEntries.of(b));
        return both.token(clusters);
    }
}
