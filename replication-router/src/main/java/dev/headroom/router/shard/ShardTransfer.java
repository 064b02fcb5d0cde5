package dev.headroom.router.shard;

import dev.headroom.router.shard.ShardTable.Entry;
import dev.headroom.router.shard.ShardTable.State;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The first half of one try to move: up to the commit by which the copy arrives. */
final class ShardTransfer {
    private static final Logger log = LoggerFactory.getLogger(ShardTransfer.class);
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(100);

    private final ShardUnits units;
    private final Shard shard;
    private final String database;
    private final String from;
    private final String to;
    private final int seconds;
    private boolean mayArrive;

    ShardTransfer(ShardUnits units, Shard shard, String to, int seconds) {
        this.units = units;
        this.shard = shard;
        this.database = shard.database();
        this.from = shard.cluster();
        this.to = to;
        this.seconds = seconds;
    }

    /** Moves what is open at the source; if it throws, writes go on there, unless it says that this is not known. */
    void run(Entry open, ShardMove move) throws SQLException {
        long epoch = fence(open);
        Entry begun = new Entry(State.OPEN, open.cluster(), epoch, open.position());
        Entry blocked = new Entry(State.BLOCKED, to, epoch, open.position());
        changeSource(open, begun);
        try {
            atBoth(epoch, (source, target) -> move.prepare(shard, source, target));
            changeSource(begun, blocked);
            units.inTransaction(from, source -> {
                ShardTable.awaitWriters(source, database, seconds);
                return true;
            });
            atBoth(epoch, (source, target) -> {
                move.copy(shard, source, target);
                Entry coming = new Entry(State.COMING, from, epoch);
                if (!ShardTable.change(target, database, coming, new Entry(State.ARRIVED, from, epoch))) {
                    throw overtaken(to, coming);
                }
                mayArrive = true;
            });
        } catch (SQLException | RuntimeException | Error failure) {
            if (!arrivedNevertheless(blocked, failure)) {
                throw failure;
            }
            log.warn("shards: {} has arrived on {}, though its mover was not told so", database, to, failure);
        }
        units.handover().finish(shard, blocked);
    }

    /**
     * Notes <em>coming</em> at the target under a number that is greater than all before, and so makes certain that no copy with a smaller
     * one arrives: waits for its transaction, if that still runs.
     *
     * @param source open, or blocked by a move to here that has not arrived
     * @return the number
     */
    long fence(Entry source) throws SQLException {
        long past = source.state() == State.BLOCKED ? source.epoch() - 1 : source.epoch();
        return units.inTransaction(to, target -> {
            Entry there = ShardTable.lock(target, database, seconds);
            long epoch = 1 + Math.max(source.epoch(), there == null ? 0 : there.epoch());
            Entry coming = new Entry(State.COMING, from, epoch);
            if (there == null) {
                ShardTable.note(target, database, coming);
                return epoch;
            }
            boolean older = there.state() == State.COMING || there.state().left() && there.epoch() <= past;
            if (!older) {
                if (!source.equals(units.entry(from, database))) {
                    throw overtaken(from, source);
                }
                throw new SQLException(
                        database + ": " + from + " says " + source + ", and " + to + " says " + there
                                + " (expected: that it was there before, if at all; was a cluster set back?)",
                        "40000");
            }
            if (!ShardTable.change(target, database, there, coming)) {
                throw overtaken(to, there);
            }
            return epoch;
        });
    }

    /** Work at source and target, whose state nobody changes meanwhile. */
    private interface AtBoth {
        void run(Connection source, Connection target) throws SQLException;
    }

    private void atBoth(long epoch, AtBoth work) throws SQLException {
        units.inTransaction(
                from,
                source -> units.inTransaction(to, target -> {
                    Entry there = ShardTable.lock(target, database, seconds);
                    if (there == null || there.state() != State.COMING || there.epoch() != epoch) {
                        throw overtaken(to, new Entry(State.COMING, from, epoch));
                    }
                    work.run(source, target);
                    return true;
                }));
    }

    private void changeSource(Entry before, Entry after) throws SQLException {
        if (!units.change(from, database, before, after)) {
            throw overtaken(from, before);
        }
    }

    private SQLException overtaken(String cluster, Entry expected) {
        return new SQLException(
                database + ": moved by another process meanwhile (expected: still " + expected + " on " + cluster + ")",
                "40001");
    }

    /** Finds out, and if it certainly has not arrived lets writes go on at the source. */
    private boolean arrivedNevertheless(Entry blocked, Throwable failure) throws SQLException {
        if (mayArrive && hasArrived(blocked.epoch(), failure)) {
            return true;
        }
        try {
            Entry open = new Entry(State.OPEN, null, blocked.epoch(), blocked.position());
            units.change(from, database, blocked, open);
        } catch (SQLException alsoFailed) {
            log.error("shards: {} stays blocked on {}; move it again", database, from, alsoFailed);
            failure.addSuppressed(alsoFailed);
        }
        return false;
    }

    private boolean hasArrived(long epoch, Throwable failure) throws SQLException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (true) {
            try {
                // The lock is there when the transaction that had it is over, one way or the other.
                return units.inTransaction(
                        to, target -> ShardHandover.hasArrived(ShardTable.lock(target, database, seconds), epoch));
            } catch (SQLException unknown) {
                if (System.nanoTime() - end >= 0 || Thread.currentThread().isInterrupted()) {
                    unknown.addSuppressed(failure);
                    throw new SQLException(
                            database + ": the connection to " + to
                                    + " was lost while it took over, and whether it has is"
                                    + " not known; writes wait (expected: to be moved again when " + to + " answers)",
                            "08007",
                            unknown);
                }
                LockSupport.parkNanos(PAUSE);
            }
        }
    }
}
