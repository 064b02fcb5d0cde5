package dev.headroom.router.shard;

import dev.headroom.router.shard.ShardTable.Entry;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A write's patience with moves. It takes no lock while it waits, since many that come and go would never let the mover have it; and when
 * it has waited for long it finishes a handover itself, whose mover may be dead.
 */
final class ShardWait {
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long BEFORE_HELP = TimeUnit.MILLISECONDS.toNanos(500);

    private final ShardUnits units;
    private final Duration most;
    private final long end;
    private long helpAt = System.nanoTime() + BEFORE_HELP;
    private @Nullable SQLException unhelpful;

    ShardWait(ShardUnits units, Duration most) {
        this.units = units;
        this.most = most;
        this.end = System.nanoTime() + most.toNanos();
    }

    /** Returns when writes need not wait there any more. */
    void untilOpen(Shard shard) throws SQLException {
        while (true) {
            Entry entry = units.entry(shard.cluster(), shard.database());
            if (entry == null
                    || entry.state() == ShardTable.State.OPEN
                    || !entry.state().here()) {
                return;
            }
            if (System.nanoTime() - end >= 0) {
                throw blocked(shard, "still being moved after " + most);
            }
            if (Thread.currentThread().isInterrupted()) {
                throw blocked(shard, "interrupted while it was being moved");
            }
            if (System.nanoTime() - helpAt >= 0) {
                help(shard, entry);
            }
            LockSupport.parkNanos(PAUSE);
        }
    }

    private void help(Shard shard, Entry entry) {
        try {
            units.handover().finish(shard, entry);
        } catch (SQLException failure) {
            unhelpful = failure;
        }
        helpAt = System.nanoTime() + BEFORE_HELP;
    }

    private ShardBlockedException blocked(Shard shard, String why) {
        ShardBlockedException failure =
                new ShardBlockedException(shard.database() + ": " + why + " (expected: to be tried again)");
        if (unhelpful != null) {
            failure.addSuppressed(unhelpful);
        }
        return failure;
    }
}
