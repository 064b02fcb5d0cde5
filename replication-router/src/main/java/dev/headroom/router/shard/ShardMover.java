package dev.headroom.router.shard;

import dev.headroom.router.shard.ShardTable.Entry;
import dev.headroom.router.shard.ShardTable.State;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves one logical database at a time. The order of commits makes it safe to stop anywhere: the target notes that it has it while nobody
 * knows of the target yet, and only then the source sends everybody there.
 */
final class ShardMover {
    private static final Logger log = LoggerFactory.getLogger(ShardMover.class);

    private final ShardUnits units;
    private final Shards shards;
    private final Duration wait;
    private final ReentrantLock moving = new ReentrantLock();

    ShardMover(ShardUnits units, Shards shards, Duration wait) {
        this.units = units;
        this.shards = shards;
        this.wait = wait;
    }

    void move(String database, String to, ShardMove move) throws SQLException {
        units.requireCluster(to);
        moving.lock();
        try {
            Shard shard = current(database);
            if (!shard.cluster().equals(to)) {
                log.info("shards: moving {} from {} to {}", database, shard.cluster(), to);
                hand(shard, to, move);
                log.info("shards: {} is on {}", database, to);
            }
        } finally {
            moving.unlock();
        }
    }

    /** Where it is by the clusters' own word. */
    private Shard current(String database) throws SQLException {
        while (true) {
            Shard shard = shards.map().database(database);
            Optional<Entry> entry = units.inTransaction(
                    shard.cluster(), connection -> Optional.ofNullable(ShardTable.read(connection, database)));
            if (!units.follow(shard, entry.orElse(null))) {
                return shard;
            }
        }
    }

    private void hand(Shard shard, String to, ShardMove move) throws SQLException {
        String from = shard.cluster();
        units.inTransaction(
                from,
                source -> units.inTransaction(to, target -> {
                    move.prepare(shard, source, target);
                    return true;
                }));
        boolean handed = false;
        try {
            state(shard, from, new Entry(State.BLOCKED, to));
            units.inTransaction(from, source -> {
                ShardTable.awaitWriters(source, shard.database(), (int) Math.max(1, wait.toSeconds()));
                return true;
            });
            units.inTransaction(
                    from,
                    source -> units.inTransaction(to, target -> {
                        move.copy(shard, source, target);
                        ShardTable.open(target, List.of(shard));
                        ShardTable.write(target, shard.database(), new Entry(State.OPEN, null));
                        return true;
                    }));
            handed = true;
            state(shard, from, new Entry(State.MOVED, to));
        } finally {
            if (!handed) {
                unblock(shard, from);
            }
        }
        shards.learn(shard.database(), to);
        units.inTransaction(from, source -> {
            move.clean(shard, source);
            return true;
        });
    }

    private void state(Shard shard, String cluster, Entry entry) throws SQLException {
        units.inTransaction(cluster, connection -> {
            ShardTable.write(connection, shard.database(), entry);
            return true;
        });
    }

    private void unblock(Shard shard, String from) {
        try {
            state(shard, from, new Entry(State.OPEN, null));
        } catch (SQLException failure) {
            log.error("shards: {} stays blocked on {}; move it again", shard.database(), from, failure);
        }
    }
}
