package dev.headroom.router.shard;

import dev.headroom.router.shard.ShardTable.Entry;
import dev.headroom.router.shard.ShardTable.State;
import java.sql.SQLException;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves one logical database at a time. It may end anywhere, and be overtaken by another mover that holds it for dead:
 *
 * <ol>
 *   <li>A lock at the source, held on a connection of its own, keeps movers apart as long as the connection lives.
 *   <li>The source is given a number greater than all before (its epoch), and the target notes <em>coming</em> with it. Every later step
 *       changes a state only if it has that number, so whoever was overtaken can't go on.
 *   <li>The source is <em>blocked</em>, and the writes under way are waited for.
 *   <li>The copy and its <em>arrival</em> are one transaction at the target, which holds the target's row from its beginning: who waits
 *       for that row knows afterwards what became of it.
 *   <li>{@link ShardHandover}: the source is <em>moved</em>, then the target <em>open</em>.
 * </ol>
 *
 * <p>The source takes writes again only when it is certain that the arrival did not, and will not, commit. What has broken off is seen by
 * the next mover, which goes on or begins anew.
 */
final class ShardMover {
    private static final Logger log = LoggerFactory.getLogger(ShardMover.class);

    private final ShardUnits units;
    private final int seconds;
    private final ReentrantLock moving = new ReentrantLock();

    /** @param seconds how long is waited for each lock */
    ShardMover(ShardUnits units, int seconds) {
        this.units = units;
        this.seconds = seconds;
    }

    void move(String database, String to, ShardMove move) throws SQLException {
        units.requireCluster(to);
        moving.lock();
        try {
            boolean there = false;
            while (!there) {
                there = step(database, to, move);
            }
        } finally {
            moving.unlock();
        }
    }

    /** Does what comes next; whether it is there and was cleaned up after. */
    private boolean step(String database, String to, ShardMove move) throws SQLException {
        Shard shard = units.current(database);
        try (ShardMoveLock lock = new ShardMoveLock(units, shard, seconds)) {
            Objects.requireNonNull(lock);
            Entry entry = units.entry(shard.cluster(), database);
            if (entry == null || !entry.state().here()) {
                return false; // it has moved while the lock was waited for
            }
            if (entry.state() != State.OPEN) {
                goOn(shard, entry);
                return false;
            }
            cleanUp(shard, entry, move);
            if (shard.cluster().equals(to)) {
                return true;
            }
            log.info("shards: moving {} from {} to {}", database, shard.cluster(), to);
            new ShardTransfer(units, shard, to, seconds).run(entry, move);
            log.info("shards: {} is on {}", database, to);
            return false;
        }
    }

    /** Finishes a move that has broken off, or undoes it. */
    private void goOn(Shard shard, Entry entry) throws SQLException {
        log.warn("shards: a move of {} has broken off: {} says {}", shard.database(), shard.cluster(), entry);
        if (units.handover().finish(shard, entry)) {
            return;
        }
        String to = Objects.requireNonNull(entry.cluster(), "cluster");
        long epoch = new ShardTransfer(units, shard, to, seconds).fence(entry);
        units.change(shard.cluster(), shard.database(), entry, new Entry(State.OPEN, null, epoch, entry.position()));
    }

    /** Removes what the move that has ended here left behind; only while it is certain that nobody moves it back. */
    private void cleanUp(Shard shard, Entry entry, ShardMove move) throws SQLException {
        String before = entry.cluster();
        if (before == null || !units.hasCluster(before)) {
            return;
        }
        units.inTransaction(before, source -> {
            Entry left = ShardTable.lock(source, shard.database(), seconds);
            if (left != null && left.state() == State.MOVED) {
                move.clean(new Shard(shard.number(), shard.database(), before), source);
                Entry cleaned = new Entry(State.CLEANED, left.cluster(), left.epoch(), left.position());
                ShardTable.change(source, shard.database(), left, cleaned);
            }
            return true;
        });
    }
}
