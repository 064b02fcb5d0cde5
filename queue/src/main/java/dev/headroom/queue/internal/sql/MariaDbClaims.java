package dev.headroom.queue.internal.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Claims on MariaDB: rows are locked in the exact order of an index, past those that others have locked, and then changed by number. */
final class MariaDbClaims {
    /** Skips from one priority and criticality to the next in the index, so it costs the same whatever waits. */
    private static final String SLOTS = "select distinct priority, criticality from headroom_job"
            + " force index (headroom_job_ready) where queue = ? and state = 0 order by priority, criticality";

    private static final String CLAIM = "select id, kind, attempt + 1, max_attempts, criticality,"
            + " timestampdiff(microsecond, run_at, utc_timestamp(6)) div 1000, trace, user_id,"
            + " payload, flags, lane, kind_version, crashes, timestampdiff(microsecond, '1970-01-01', created_at),"
            + " unique_key is not null, priority, pos,"
            + " limit_key, held from headroom_job force index (headroom_job_ready) where queue = ? and state = 0"
            + " and priority = ? and criticality = ?%s order by queue, state, priority, criticality, lane, pos, id"
            + " limit ? for update skip locked";

    private MariaDbClaims() {}

    static List<ClaimedJob> claim(Connection connection, Claim claim) throws SQLException {
        List<ClaimedJob> locked =
                lock(connection, claim).stream().map(LockedJob::job).toList();
        List<Long> ids = locked.stream().map(ClaimedJob::id).toList();
        String take = "update headroom_job set state = 1, attempt = attempt + 1, " + ClaimRows.CLAIMED + ", lease = ";
        MariaDbDialect.change(connection, take + claim.lease(), ids);
        return locked;
    }

    static List<LockedJob> lock(Connection connection, Claim claim) throws SQLException {
        if (!NodeTable.isThere(connection, claim.lease())) {
            return List.of();
        }
        List<LockedJob> locked = new ArrayList<>();
        List<Slot> slots = slots(connection, claim.queue());
        if (claim.inTurns()) {
            Lanes.serve(
                    connection,
                    claim,
                    slots,
                    (slot, lane, limit) -> lock(connection, claim, slot, " and lane = " + lane, limit, locked));
        } else {
            for (Slot slot : slots) {
                int wanted = claim.limit() - locked.size();
                if (wanted > 0 && claim.takes(slot.criticality())) {
                    lock(connection, claim, slot, "", wanted, locked);
                }
            }
        }
        return locked;
    }

    private static int lock(Connection connection, Claim claim, Slot slot, String lane, int limit, List<LockedJob> into)
            throws SQLException {
        // In the second round of turns those of the first, which are this transaction's own, come again.
        Set<Long> known = lane.isEmpty()
                ? Set.of()
                : into.stream().map(each -> each.job().id()).collect(Collectors.toSet());
        int before = into.size();
        try (PreparedStatement statement = connection.prepareStatement(CLAIM.formatted(lane))) {
            statement.setInt(1, claim.queue());
            statement.setInt(2, slot.priority());
            statement.setInt(3, slot.criticality());
            statement.setInt(4, limit + known.size());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next() && into.size() < before + limit) {
                    ClaimedJob job = ClaimRows.read(rows, claim);
                    if (!known.contains(job.id())) {
                        Floors.Place place =
                                Floors.Place.of(rows.getInt(16), job.criticality(), job.lane(), rows.getLong(17));
                        into.add(new LockedJob(job, rows.getBoolean(15), place));
                    }
                }
            }
        }
        return into.size() - before;
    }

    /** The places of a queue that have jobs which are ready. */
    static List<Slot> slots(Connection connection, int queue) throws SQLException {
        return Sql.list(connection, SLOTS, row -> new Slot(row.getInt(1), row.getInt(2)), queue);
    }
}
