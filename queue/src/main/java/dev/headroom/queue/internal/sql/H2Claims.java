package dev.headroom.queue.internal.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/**
 * Claims on H2, without row locks: reads candidates in index order, then takes each by a conditional update and keeps those it got. Its
 * {@code FOR UPDATE SKIP LOCKED} applies the limit before it skips, and locks every row it scans. A lock spares claimers of one process
 * from reading the same candidates. Thread-safe.
 */
final class H2Claims {
    /** So many candidates may be locked by transactions that run them. */
    private static final int LOCKED = 200;

    private static final String COLUMNS = "id, kind, attempt + 1, max_attempts, criticality,"
            + " datediff(millisecond, run_at, current_timestamp), trace, user_id, payload, flags, lane, kind_version, crashes,"
            + " datediff(microsecond, timestamp with time zone '1970-01-01 00:00:00+00', created_at), limit_key, held";

    private static final String CANDIDATES = "select " + COLUMNS
            + " from headroom_job where queue = ? and state = 0 and priority = ? and criticality = ?";

    private final ReentrantLock claiming = new ReentrantLock();

    List<ClaimedJob> claim(Connection connection, Claim claim) throws SQLException {
        claiming.lock();
        try {
            if (!NodeTable.isThere(connection, claim.lease())) {
                return List.of();
            }
            List<ClaimedJob> candidates = candidates(connection, claim);
            return candidates.isEmpty() ? candidates : taken(connection, candidates);
        } finally {
            claiming.unlock();
        }
    }

    List<LockedJob> lock(Connection connection, Claim claim) throws SQLException {
        claiming.lock();
        try {
            if (!NodeTable.isThere(connection, claim.lease())) {
                return List.of();
            }
            List<LockedJob> locked = new ArrayList<>();
            Claim some = new Claim(
                    claim.lease(),
                    claim.queue(),
                    claim.criticalities(),
                    claim.limit() + LOCKED,
                    claim.afterLane(),
                    claim.pass());
            List<ClaimedJob> candidates = candidates(connection, some);
            String select = "select " + COLUMNS + ", unique_key is not null from headroom_job"
                    + " where id = ? and state = 0 for update skip locked";
            try (PreparedStatement statement = connection.prepareStatement(select)) {
                for (int i = 0; i < candidates.size() && locked.size() < claim.limit(); i++) {
                    statement.setLong(1, candidates.get(i).id());
                    // Read anew: it may have got another payload before it was locked.
                    try (ResultSet rows = statement.executeQuery()) {
                        if (rows.next()) {
                            ClaimedJob job = ClaimRows.read(rows, claim);
                            Floors.Place anywhere = Floors.Place.of(0, job.criticality(), job.lane(), 0);
                            locked.add(new LockedJob(job, rows.getBoolean(17), anywhere));
                        }
                    }
                }
            }
            return locked;
        } finally {
            claiming.unlock();
        }
    }

    private static List<ClaimedJob> candidates(Connection connection, Claim claim) throws SQLException {
        List<ClaimedJob> candidates = new ArrayList<>();
        if (claim.inTurns()) {
            Lanes.serve(
                    connection,
                    claim,
                    Slot.ALL,
                    (slot, lane, limit) -> ofLane(connection, claim, slot, lane, limit, candidates));
            return candidates;
        }
        // All leading columns of the index are named in the order, or it would be sorted instead of read in order.
        String select = CANDIDATES + " order by queue, state, priority, criticality, lane, pos limit ?";
        try (PreparedStatement statement = connection.prepareStatement(select)) {
            statement.setInt(1, claim.queue());
            for (Slot slot : Slot.ALL) {
                int wanted = claim.limit() - candidates.size();
                if (wanted > 0 && claim.takes(slot.criticality())) {
                    statement.setInt(2, slot.priority());
                    statement.setInt(3, slot.criticality());
                    statement.setInt(4, wanted);
                    read(statement, claim, candidates);
                }
            }
        }
        return candidates;
    }

    private static void read(PreparedStatement statement, Claim claim, List<ClaimedJob> into) throws SQLException {
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                into.add(ClaimRows.read(rows, claim));
            }
        }
    }

    private static int ofLane(Connection connection, Claim claim, Slot slot, int lane, int limit, List<ClaimedJob> into)
            throws SQLException {
        Set<Long> known = into.stream().map(ClaimedJob::id).collect(Collectors.toSet());
        String select = CANDIDATES + " and lane = ? order by queue, state, priority, criticality, lane, pos limit ?";
        // In the second round those of the first, which are not taken yet, come again.
        List<ClaimedJob> found = Sql.list(
                connection,
                select,
                row -> ClaimRows.read(row, claim),
                claim.queue(),
                slot.priority(),
                slot.criticality(),
                lane,
                limit + known.size());
        found.removeIf(job -> known.contains(job.id()));
        List<ClaimedJob> few = found.subList(0, Math.min(limit, found.size()));
        into.addAll(few);
        return few.size();
    }

    private static List<ClaimedJob> taken(Connection connection, List<ClaimedJob> candidates) throws SQLException {
        String take = "update headroom_job set state = 1, lease = ?, attempt = attempt + 1, " + ClaimRows.CLAIMED
                + " where id = ? and state = 0 and attempt = ?";
        try (PreparedStatement statement = connection.prepareStatement(take)) {
            for (ClaimedJob job : candidates) {
                statement.setLong(1, job.lease());
                statement.setLong(2, job.id());
                statement.setInt(3, job.attempt() - 1);
                statement.addBatch();
            }
            return JobTable.counted(candidates, statement.executeBatch());
        }
    }
}
