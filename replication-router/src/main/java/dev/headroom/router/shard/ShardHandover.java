package dev.headroom.router.shard;

import dev.headroom.router.shard.ShardTable.Entry;
import dev.headroom.router.shard.ShardTable.State;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The second half of a move, which begins with the commit by which the copy has arrived. From there on a move only goes forward, and
 * anybody who meets it may finish it: every step is a change of a state that is made by one of those who try.
 *
 * <p>First the source sends everybody to the target, then the target takes writes: so nobody who asks the source's primary reads what
 * was before a write at the target. Each is told the other's position with it. A reader on the target's replicas must have reached the
 * arrival, and who has written at the target, and reads on the source's replicas, must have reached the farewell.
 */
final class ShardHandover {
    private final ShardUnits units;

    ShardHandover(ShardUnits units) {
        this.units = units;
    }

    /**
     * Finishes what an entry speaks of, if the copy has arrived.
     *
     * @return false if it has not; then nothing was changed
     */
    boolean finish(Shard shard, Entry entry) throws SQLException {
        String other = entry.cluster();
        if (other == null) {
            return false;
        }
        return switch (entry.state()) {
            case BLOCKED -> finish(shard.database(), shard.cluster(), other, entry.epoch());
            case ARRIVED -> finish(shard.database(), other, shard.cluster(), entry.epoch());
            case OPEN, COMING, MOVED, CLEANED -> false;
        };
    }

    private boolean finish(String database, String from, String to, long epoch) throws SQLException {
        Entry target = units.entry(to, database);
        if (!hasArrived(target, epoch)) {
            return false;
        }
        Entry blocked = new Entry(State.BLOCKED, to, epoch);
        units.change(from, database, blocked, new Entry(State.MOVED, to, epoch, units.position(to)));
        Entry source = units.entry(from, database);
        if (source == null || !source.state().left() && source.epoch() <= epoch) {
            throw new SQLException(
                    database + ": arrived on " + to + ", but " + from + " says " + source
                            + " (expected: BLOCKED at epoch " + epoch + ", or MOVED)",
                    "40000");
        }
        Entry arrived = new Entry(State.ARRIVED, from, epoch);
        units.change(to, database, arrived, new Entry(State.OPEN, from, epoch, units.position(from)));
        return true;
    }

    /** Whether the copy of this epoch has become the logical database there, whatever came after; a fence is no arrival. */
    static boolean hasArrived(@Nullable Entry target, long epoch) {
        return target != null && target.epoch() >= epoch && target.state() != State.COMING;
    }
}
