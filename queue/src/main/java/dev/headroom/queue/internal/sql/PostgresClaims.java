package dev.headroom.queue.internal.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Claims on PostgreSQL, and what they may pass over.
 *
 * <p>A claim walks the partial index in its exact order, one index range per priority and criticality, so it costs the same whatever waits
 * and skips stopped work without reading it. The CTE is materialized since a locking subquery that is inlined may lock more rows than its
 * limit; {@code FOR UPDATE SKIP LOCKED} lets competing nodes pass one another. A claim's commit does not wait for the disk: should the
 * server crash before it is there, the job is ready again, and of two runs of it one alone completes.
 */
final class PostgresClaims {
    private static final String CLAIM = """
            with picked as materialized (
              select x.id, x.tid from (
                select s.* from unnest(?::smallint[], ?::smallint[], ?::bigint[]) as s(priority, criticality, floor)
                where exists (select 1 from headroom_job_node n where n.id = ?) order by 1, 2) as r
              cross join lateral (
                select j.id, j.ctid as tid from headroom_job j
                where j.queue = ? and j.state = 0 and j.priority = r.priority and j.criticality = r.criticality
                  and (j.lane, j.pos) > (0::smallint, r.floor)
                order by j.lane, j.pos limit ? for update skip locked) x
              limit ?)
            update headroom_job j set state = 1, lease = ?, attempt = j.attempt + 1,
              unique_key = case when mod(j.flags, 2) = 1 then null else j.unique_key end,
              held = case when j.limit_key is null then 0 else greatest(j.held, 1) end
            from picked p where j.ctid = p.tid and j.id = p.id
            returning j.id, j.kind, j.attempt, j.max_attempts, j.criticality,
              (date_part('epoch', clock_timestamp() - j.run_at) * 1000)::bigint, j.trace, j.user_id, j.payload, j.flags,
              j.lane, j.kind_version, j.crashes, (date_part('epoch', j.created_at) * 1000000)::bigint,
              j.priority, j.pos, (select count(*) from picked), j.limit_key, j.held
            """;

    /** Whatever the pool's is. */
    static final String READ_COMMITTED = "set transaction isolation level read committed";

    /**
     * A plan that was made while the table was empty reads and sorts all of it, and a prepared statement keeps it until somebody analyzes
     * the table: by it each claim, of however few, would read and sort all that waits.
     */
    private static final String BY_INDEX = "set local enable_seqscan = off; set local enable_bitmapscan = off; ";

    /**
     * The same at the begin of a transaction that goes on with statements of others: what was set before is kept until {@link #AS_BEFORE}.
     * With a snapshot of the transaction's begin it would fail for each job that others have taken since.
     */
    private static final String BY_INDEX_HERE = READ_COMMITTED + """
            ; select set_config('headroom.seqscan', current_setting('enable_seqscan'), true),
              set_config('headroom.bitmapscan', current_setting('enable_bitmapscan'), true);
            """ + BY_INDEX;

    private static final String AS_BEFORE = """
            select set_config('enable_seqscan', current_setting('headroom.seqscan'), true),
              set_config('enable_bitmapscan', current_setting('headroom.bitmapscan'), true)
            """;

    /** In a transaction of its own: its commit need not wait for the disk. */
    private static final String QUICKLY = "set local synchronous_commit = off; ";

    private static final String CLAIM_OF_LANE = """
            with picked as materialized (
              select j.id, j.ctid as tid from headroom_job j
              where j.queue = ? and j.state = 0 and j.priority = ? and j.criticality = ? and j.lane = ?
                and exists (select 1 from headroom_job_node n where n.id = ?)
              order by j.pos limit ? for update skip locked)
            """ + CLAIM.substring(CLAIM.indexOf("update headroom_job j"));

    /** The columns of a job that is locked to be run: those of a claim, with the attempt that this would be. */
    private static final String LOCKED = """
            j.id, j.kind, j.attempt + 1 as attempt, j.max_attempts, j.criticality,
              (date_part('epoch', clock_timestamp() - j.run_at) * 1000)::bigint as waited, j.trace, j.user_id, j.payload, j.flags,
              j.lane, j.kind_version, j.crashes, (date_part('epoch', j.created_at) * 1000000)::bigint as created,
              j.priority, j.pos, j.unique_key is not null as has_key, j.limit_key, j.held
            """;

    private static final String PICKED = "j.id, j.ctid as tid";

    /** Locks alone: the job that is removed then is changed once. */
    private static final String LOCK = BY_INDEX_HERE
            + CLAIM.substring(0, CLAIM.indexOf("update headroom_job j"))
                    .replace("select x.id, x.tid from", "select x.* from")
                    .replace(PICKED, LOCKED)
            + "select * from picked; " + AS_BEFORE;

    private static final String LOCK_OF_LANE = CLAIM_OF_LANE
                    .substring(0, CLAIM_OF_LANE.indexOf("update headroom_job j"))
                    .replace(PICKED, LOCKED)
            + "select * from picked";

    /** Where there is anything; the statements after it go by the index, too. */
    private static final String SLOTS = BY_INDEX_HERE + """
            select p, c from generate_series(0, 9) as p cross join unnest(?::smallint[]) as c
            where exists (select 1 from headroom_job j
              where j.queue = ? and j.state = 0 and j.priority = p and j.criticality = c) order by p, c
            """;

    private static final String LOOK =
            "select last_value, txid_current(), txid_snapshot_xmin(txid_current_snapshot()) from headroom_job_pos";

    private static final String BELOW = BY_INDEX + """
            select r.priority, r.criticality, x.pos
            from unnest(?::smallint[], ?::smallint[], ?::bigint[]) as r(priority, criticality, floor)
            cross join lateral (
              select j.pos from headroom_job j
              where j.queue = ? and j.state = 0 and j.priority = r.priority and j.criticality = r.criticality
                and j.lane = 0 and j.pos <= r.floor
              order by j.lane, j.pos limit 1) x
            """;

    private PostgresClaims() {}

    static List<ClaimedJob> claim(Connection connection, Claim claim) throws SQLException {
        return claim.inTurns() ? claimInTurns(connection, claim) : claimInOrder(connection, claim);
    }

    static List<LockedJob> lock(Connection connection, Claim claim) throws SQLException {
        List<LockedJob> locked = new ArrayList<>();
        if (claim.inTurns()) {
            Lanes.serve(connection, claim, slots(connection, claim), (slot, lane, limit) -> {
                // In the second round of turns those of the first, which are this transaction's own, come again.
                int before = locked.size();
                int known = (int) locked.stream()
                        .filter(each ->
                                each.job().lane() == lane && each.place().slot().equals(slot))
                        .count();
                try (PreparedStatement statement = connection.prepareStatement(LOCK_OF_LANE)) {
                    statement.setInt(1, claim.queue());
                    statement.setInt(2, slot.priority());
                    statement.setInt(3, slot.criticality());
                    statement.setInt(4, lane);
                    statement.setLong(5, claim.lease());
                    statement.setInt(6, limit + known);
                    locked(statement, 1, claim, before + limit, locked);
                }
                return locked.size() - before;
            });
            try (Statement statement = connection.createStatement()) {
                statement.execute(AS_BEFORE);
            }
            return locked;
        }
        try (PreparedStatement statement = connection.prepareStatement(LOCK)) {
            inOrder(statement, claim);
            locked(statement, 2, claim, claim.limit(), locked);
        }
        Floors.Pass pass = claim.pass();
        if (pass != null && !locked.isEmpty()) {
            look(connection, pass, locked.size());
        }
        return locked;
    }

    private static void locked(PreparedStatement statement, int result, Claim claim, int most, List<LockedJob> into)
            throws SQLException {
        Set<Long> known = into.stream().map(each -> each.job().id()).collect(Collectors.toSet());
        try (ResultSet rows = result(statement, result)) {
            while (rows.next() && into.size() < most) {
                ClaimedJob job = ClaimRows.read(rows, claim);
                if (!known.contains(job.id())) {
                    Floors.Place place =
                            Floors.Place.of(rows.getInt(15), job.criticality(), job.lane(), rows.getLong(16));
                    into.add(new LockedJob(job, rows.getBoolean(17), place));
                }
            }
        }
    }

    private static List<Slot> slots(Connection connection, Claim claim) throws SQLException {
        List<Slot> slots = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(SLOTS)) {
            statement.setArray(1, connection.createArrayOf("smallint", criticalities(claim)));
            statement.setInt(2, claim.queue());
            try (ResultSet rows = result(statement, 2)) {
                while (rows.next()) {
                    slots.add(new Slot(rows.getInt(1), rows.getInt(2)));
                }
            }
        }
        return slots;
    }

    private static List<ClaimedJob> claimInTurns(Connection connection, Claim claim) throws SQLException {
        List<Slot> slots = slots(connection, claim);
        List<ClaimedJob> claimed = new ArrayList<>();
        Lanes.serve(connection, claim, slots, (slot, lane, limit) -> {
            try (PreparedStatement statement = connection.prepareStatement(CLAIM_OF_LANE)) {
                statement.setInt(1, claim.queue());
                statement.setInt(2, slot.priority());
                statement.setInt(3, slot.criticality());
                statement.setInt(4, lane);
                statement.setLong(5, claim.lease());
                statement.setInt(6, limit);
                statement.setLong(7, claim.lease());
                List<ClaimedJob> ofLane = jobs(taken(statement, claim).jobs());
                claimed.addAll(ofLane);
                return ofLane.size();
            }
        });
        return claimed;
    }

    private static List<ClaimedJob> claimInOrder(Connection connection, Claim claim) throws SQLException {
        Floors.Pass pass = claim.pass();
        Taken taken;
        String sql = BY_INDEX + (pass == null ? "" : QUICKLY) + CLAIM;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            inOrder(statement, claim);
            statement.setLong(8, claim.lease());
            taken = taken(statement, claim);
        }
        if (pass != null) {
            note(connection, claim, taken, pass);
        }
        return jobs(taken.jobs());
    }

    private static void inOrder(PreparedStatement statement, Claim claim) throws SQLException {
        Connection connection = statement.getConnection();
        Floors.Pass pass = claim.pass();
        List<Short> priorities = new ArrayList<>();
        List<Short> criticalities = new ArrayList<>();
        List<Long> floors = new ArrayList<>();
        for (Slot slot : Slot.ALL) {
            if (claim.takes(slot.criticality())) {
                priorities.add((short) slot.priority());
                criticalities.add((short) slot.criticality());
                floors.add(pass == null ? 0 : pass.floor(slot));
            }
        }
        statement.setArray(1, connection.createArrayOf("smallint", priorities.toArray()));
        statement.setArray(2, connection.createArrayOf("smallint", criticalities.toArray()));
        statement.setArray(3, connection.createArrayOf("bigint", floors.toArray()));
        statement.setLong(4, claim.lease());
        statement.setInt(5, claim.queue());
        statement.setInt(6, claim.limit());
        statement.setInt(7, claim.limit());
    }

    /** What the claim has seen: all that was ready before the last job it took, or, when it took fewer than it wanted, all. */
    private static void note(Connection connection, Claim claim, Taken taken, Floors.Pass pass) throws SQLException {
        List<Ranked> claimed = taken.jobs();
        boolean all = taken.picked() < claim.limit();
        Ranked last = all ? null : claimed.get(claimed.size() - 1);
        pass.took(
                claim.criticalities(),
                claimed.size(),
                last == null
                        ? null
                        : Floors.Place.of(
                                last.priority(),
                                last.job().criticality(),
                                last.job().lane(),
                                last.position()));
        look(connection, pass, claimed.size());
    }

    /** Now and then a claim that found something looks at how far positions are drawn. */
    private static void look(Connection connection, Floors.Pass pass, int found) throws SQLException {
        if (found > 0 && pass.wantsLook()) {
            try (PreparedStatement look = connection.prepareStatement(LOOK);
                    ResultSet rows = look.executeQuery()) {
                rows.next();
                pass.looked(rows.getLong(1), rows.getLong(2), rows.getLong(3));
            }
        }
    }

    /** Looks for jobs of a queue that are ready below their floor, and lowers it; true if there were any. */
    static boolean lookBelow(Connection connection, Floors floors, int queue) throws SQLException {
        Floors.Pass pass = floors.pass(queue);
        List<Short> priorities = new ArrayList<>();
        List<Short> criticalities = new ArrayList<>();
        List<Long> positions = new ArrayList<>();
        for (Slot slot : Slot.ALL) {
            if (pass.floor(slot) > 0) {
                priorities.add((short) slot.priority());
                criticalities.add((short) slot.criticality());
                positions.add(pass.floor(slot));
            }
        }
        boolean found = false;
        try (PreparedStatement statement = connection.prepareStatement(BELOW)) {
            statement.setArray(1, connection.createArrayOf("smallint", priorities.toArray()));
            statement.setArray(2, connection.createArrayOf("smallint", criticalities.toArray()));
            statement.setArray(3, connection.createArrayOf("bigint", positions.toArray()));
            statement.setInt(4, queue);
            try (ResultSet rows = result(statement, 1)) {
                while (rows.next()) {
                    found = true;
                    floors.lower(queue, new Slot(rows.getInt(1), rows.getInt(2)), rows.getLong(3));
                }
            }
        }
        return found;
    }

    /** What a claim took, and of how many: one that somebody changes at that moment may be left behind. */
    private record Taken(List<Ranked> jobs, long picked) {}

    private static Taken taken(PreparedStatement statement, Claim claim) throws SQLException {
        List<Ranked> claimed = new ArrayList<>();
        long picked = 0;
        try (ResultSet rows = result(statement, 1)) {
            while (rows.next()) {
                claimed.add(new Ranked(ClaimRows.read(rows, claim), rows.getInt(15), rows.getLong(16)));
                picked = rows.getLong(17);
            }
        }
        claimed.sort(Ranked.ORDER);
        return new Taken(claimed, picked);
    }

    /** Executes several statements by one round trip; returns what the first, second … of those that are queries has found. */
    private static ResultSet result(PreparedStatement statement, int number) throws SQLException {
        boolean query = statement.execute();
        for (int queries = query ? 1 : 0; queries < number; queries += query ? 1 : 0) {
            query = statement.getMoreResults();
        }
        return statement.getResultSet();
    }

    private static List<ClaimedJob> jobs(List<Ranked> claimed) {
        return claimed.stream().map(Ranked::job).toList();
    }

    private static Short[] criticalities(Claim claim) {
        List<Short> asked = new ArrayList<>();
        for (short criticality = 0; criticality < 4; criticality++) {
            if (claim.takes(criticality)) {
                asked.add(criticality);
            }
        }
        return asked.toArray(Short[]::new);
    }
}
