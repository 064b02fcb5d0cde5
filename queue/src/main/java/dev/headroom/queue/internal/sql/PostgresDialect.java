package dev.headroom.queue.internal.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * PostgreSQL 12 and newer.
 *
 * <p>The claim walks the partial index in its exact order, one index range per priority and criticality, so it costs the same whatever
 * waits and skips stopped work without reading it. The CTE is materialized since a locking subquery that is inlined may lock more rows
 * than its limit; {@code FOR UPDATE SKIP LOCKED} lets competing nodes pass one another. A claim's commit does not wait for the disk: should the
 * server crash before it is there, the job is ready again, and of two runs of it one alone completes.
 */
final class PostgresDialect implements Dialect {
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
              unique_key = case when mod(j.flags, 2) = 1 then null else j.unique_key end
            from picked p where j.ctid = p.tid and j.id = p.id
            returning j.id, j.kind, j.attempt, j.max_attempts, j.criticality,
              (date_part('epoch', clock_timestamp() - j.run_at) * 1000)::bigint, j.trace, j.user_id, j.payload, j.flags,
              j.lane, j.kind_version, j.priority, j.pos
            """;

    /** In a transaction of its own: its commit need not wait for the disk. */
    private static final String QUICK_CLAIM = CLAIM.replace(
            "select s.* from unnest",
            "select s.* from (select set_config('synchronous_commit', 'off', true)) as c cross join unnest");

    private static final String CLAIM_OF_LANE = """
            with picked as materialized (
              select j.id, j.ctid as tid from headroom_job j
              where j.queue = ? and j.state = 0 and j.priority = ? and j.criticality = ? and j.lane = ?
                and exists (select 1 from headroom_job_node n where n.id = ?)
              order by j.pos limit ? for update skip locked)
            """ + CLAIM.substring(CLAIM.indexOf("update headroom_job j"));

    private static final String SLOTS = """
            select p, c from generate_series(0, 9) as p cross join unnest(?::smallint[]) as c
            where exists (select 1 from headroom_job j
              where j.queue = ? and j.state = 0 and j.priority = p and j.criticality = c) order by p, c
            """;

    private static final String LOOK =
            "select last_value, txid_current(), txid_snapshot_xmin(txid_current_snapshot()) from headroom_job_pos";

    private static final String BELOW = """
            select r.priority, r.criticality, x.pos
            from unnest(?::smallint[], ?::smallint[], ?::bigint[]) as r(priority, criticality, floor)
            cross join lateral (
              select j.pos from headroom_job j
              where j.queue = ? and j.state = 0 and j.priority = r.priority and j.criticality = r.criticality
                and j.lane = 0 and j.pos <= r.floor
              order by j.lane, j.pos limit 1) x
            """;

    private static final String INSERT_ALL = """
            insert into headroom_job (queue, priority, criticality, max_attempts, kind, kind_version, flags, trace, user_id,
              state, run_at, payload, lane)
            select ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, clock_timestamp() + ? * interval '1 millisecond', u.payload, u.lane
            from unnest(?::text[], ?::smallint[]) with ordinality as u(payload, lane, number) order by u.number
            """;

    private static final String PROMOTE = """
            with due as materialized (
              select id from headroom_job where state = 2 and run_at <= clock_timestamp()
              order by run_at limit ? for update skip locked)
            update headroom_job j set state = 0, pos = nextval('headroom_job_pos') from due where j.id = due.id
            """;

    private static final String OLDEST = """
            select coalesce(max(extract(epoch from clock_timestamp() - x.run_at) * 1000), 0)::bigint
            from generate_series(0, 9) as p(priority) cross join generate_series(0, 3) as c(criticality)
            cross join lateral (
              select j.run_at from headroom_job j
              where j.queue = ? and j.state = 0 and j.priority = p.priority and j.criticality = c.criticality
              order by j.lane, j.pos limit 1) x
            """;

    /** Any number that no other user of advisory locks in this database has. */
    private static final long INSTALLER_LOCK = 0x48656164726f6f6dL;

    @Override
    public String name() {
        return "postgresql";
    }

    @Override
    public String now() {
        return "clock_timestamp()";
    }

    @Override
    public String plusMillis(String expression) {
        return expression + " + ? * interval '1 millisecond'";
    }

    @Override
    public String millisSince(String expression) {
        return "(extract(epoch from clock_timestamp() - " + expression + ") * 1000)::bigint";
    }

    @Override
    public String server() {
        return "pg_postmaster_start_time()::text";
    }

    @Override
    public String nextPosition() {
        return "nextval('headroom_job_pos')";
    }

    @Override
    public String unlessUniqueKeyIsTaken() {
        return " on conflict (unique_key) where unique_key is not null do nothing";
    }

    @Override
    public boolean keepsLocksOfOthers() {
        return true;
    }

    @Override
    public String keepingRows() {
        return " for share";
    }

    @Override
    public void lockSchema(Connection connection) throws SQLException {
        try (PreparedStatement lock = connection.prepareStatement("select pg_advisory_xact_lock(?)")) {
            lock.setLong(1, INSTALLER_LOCK);
            lock.execute();
        }
    }

    @Override
    public List<ClaimedJob> claim(Connection connection, Claim claim) throws SQLException {
        return claim.inTurns() ? claimInTurns(connection, claim) : claimInOrder(connection, claim);
    }

    private static List<ClaimedJob> claimInTurns(Connection connection, Claim claim) throws SQLException {
        List<Lanes.Slot> slots = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(SLOTS)) {
            statement.setArray(1, connection.createArrayOf("smallint", criticalities(claim)));
            statement.setInt(2, claim.queue());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    slots.add(new Lanes.Slot(rows.getInt(1), rows.getInt(2)));
                }
            }
        }
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
                List<ClaimedJob> ofLane = jobs(ranked(statement, claim));
                claimed.addAll(ofLane);
                return ofLane.size();
            }
        });
        return claimed;
    }

    private static List<ClaimedJob> claimInOrder(Connection connection, Claim claim) throws SQLException {
        Floors.Pass pass = claim.pass();
        List<Short> priorities = new ArrayList<>();
        List<Short> criticalities = new ArrayList<>();
        List<Long> floors = new ArrayList<>();
        for (short priority = 0; priority < 10; priority++) {
            for (short criticality = 0; criticality < 4; criticality++) {
                if (claim.takes(criticality)) {
                    priorities.add(priority);
                    criticalities.add(criticality);
                    floors.add(pass == null ? 0 : pass.floor(Floors.slot(priority, criticality)));
                }
            }
        }
        List<Ranked> claimed;
        try (PreparedStatement statement = connection.prepareStatement(pass == null ? CLAIM : QUICK_CLAIM)) {
            statement.setArray(1, connection.createArrayOf("smallint", priorities.toArray()));
            statement.setArray(2, connection.createArrayOf("smallint", criticalities.toArray()));
            statement.setArray(3, connection.createArrayOf("bigint", floors.toArray()));
            statement.setLong(4, claim.lease());
            statement.setInt(5, claim.queue());
            statement.setInt(6, claim.limit());
            statement.setInt(7, claim.limit());
            statement.setLong(8, claim.lease());
            claimed = ranked(statement, claim);
        }
        if (pass != null) {
            note(connection, claim, claimed, pass);
        }
        return jobs(claimed);
    }

    /** What the claim has seen: all that was ready before the last job it took, or, when it took fewer than it wanted, all. */
    private static void note(Connection connection, Claim claim, List<Ranked> claimed, Floors.Pass pass)
            throws SQLException {
        pass.found(claimed.size());
        boolean all = claimed.size() < claim.limit();
        Ranked last = all ? null : claimed.get(claimed.size() - 1);
        int end = last == null
                ? Floors.SLOTS
                : Floors.slot(last.priority(), last.job().criticality());
        for (int slot = 0; slot < end; slot++) {
            if (claim.takes(slot % 4)) {
                pass.through(slot, Long.MAX_VALUE);
            }
        }
        if (last != null) {
            pass.through(end, last.job().lane() == 0 ? last.position() : Long.MAX_VALUE);
        }
        if (pass.wantsLook()) {
            try (PreparedStatement look = connection.prepareStatement(LOOK);
                    ResultSet rows = look.executeQuery()) {
                rows.next();
                pass.looked(rows.getLong(1), rows.getLong(2), rows.getLong(3));
            }
        }
    }

    @Override
    public boolean hasFloors() {
        return true;
    }

    @Override
    public boolean lookBelow(Connection connection, Floors floors, int queue) throws SQLException {
        Floors.Pass pass = floors.pass(queue);
        List<Short> priorities = new ArrayList<>();
        List<Short> criticalities = new ArrayList<>();
        List<Long> positions = new ArrayList<>();
        for (int slot = 0; slot < Floors.SLOTS; slot++) {
            if (pass.floor(slot) > 0) {
                priorities.add((short) (slot / 4));
                criticalities.add((short) (slot % 4));
                positions.add(pass.floor(slot));
            }
        }
        boolean found = false;
        try (PreparedStatement statement = connection.prepareStatement(BELOW)) {
            statement.setArray(1, connection.createArrayOf("smallint", priorities.toArray()));
            statement.setArray(2, connection.createArrayOf("smallint", criticalities.toArray()));
            statement.setArray(3, connection.createArrayOf("bigint", positions.toArray()));
            statement.setInt(4, queue);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found = true;
                    floors.lower(queue, Floors.slot(rows.getInt(1), rows.getInt(2)), rows.getLong(3));
                }
            }
        }
        return found;
    }

    private static List<Ranked> ranked(PreparedStatement statement, Claim claim) throws SQLException {
        List<Ranked> claimed = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                claimed.add(new Ranked(ClaimRows.read(rows, claim), rows.getInt(13), rows.getLong(14)));
            }
        }
        claimed.sort(Ranked.ORDER);
        return claimed;
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

    @Override
    public List<ClaimedJob> changeHeld(Connection connection, String change, List<ClaimedJob> jobs)
            throws SQLException {
        Map<Long, List<ClaimedJob>> byLease = jobs.stream().collect(Collectors.groupingBy(ClaimedJob::lease));
        Set<Long> changed = new HashSet<>();
        // Not simply the lease's column: the planner would walk that index, which has a dead entry for each job the
        // node ever held.
        String sql = change + " where id = any(?) and coalesce(lease, 0) = ? and state = 1 returning id";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (Map.Entry<Long, List<ClaimedJob>> held : byLease.entrySet()) {
                Object[] ids = held.getValue().stream().map(ClaimedJob::id).toArray();
                statement.setArray(1, connection.createArrayOf("bigint", ids));
                statement.setLong(2, held.getKey());
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        changed.add(rows.getLong(1));
                    }
                }
            }
        }
        return jobs.stream().filter(job -> changed.contains(job.id())).toList();
    }

    @Override
    public int changeRows(Connection connection, String change, Collection<Long> ids) throws SQLException {
        if (ids.isEmpty()) {
            return 0;
        }
        try (PreparedStatement statement = connection.prepareStatement(change + " = any(?)")) {
            statement.setArray(
                    1, connection.createArrayOf("bigint", ids.stream().sorted().toArray()));
            return statement.executeUpdate();
        }
    }

    @Override
    public int promoteDue(Connection connection, int limit) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(PROMOTE)) {
            statement.setInt(1, limit);
            return statement.executeUpdate();
        }
    }

    @Override
    public long oldestReadyMillis(Connection connection, int queue) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(OLDEST)) {
            statement.setInt(1, queue);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? Math.max(0, rows.getLong(1)) : 0;
            }
        }
    }

    @Override
    public void insertQueue(Connection connection, String queue) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("insert into headroom_job_queue (name) select ? where not exists"
                        + " (select 1 from headroom_job_queue where name = ?) on conflict (name) do nothing")) {
            // Without the condition each attempt would use up one of the few numbers.
            statement.setString(1, queue);
            statement.setString(2, queue);
            statement.executeUpdate();
        }
    }

    @Override
    public boolean insertAll(Connection connection, List<NewJob> jobs) throws SQLException {
        NewJob first = jobs.get(0);
        try (PreparedStatement statement = connection.prepareStatement(INSERT_ALL)) {
            statement.setInt(1, first.queue());
            statement.setInt(2, first.priority());
            statement.setInt(3, first.criticality());
            statement.setInt(4, first.maxAttempts());
            statement.setString(5, first.kind());
            statement.setInt(6, first.version());
            statement.setInt(7, first.flags());
            statement.setString(8, first.trace());
            statement.setString(9, first.user());
            statement.setInt(10, first.delayMillis() > 0 ? 2 : 0);
            statement.setLong(11, first.delayMillis());
            Object[] payloads = jobs.stream().map(NewJob::payload).toArray();
            Object[] lanes = jobs.stream().map(job -> (short) job.lane()).toArray();
            statement.setArray(12, connection.createArrayOf("text", payloads));
            statement.setArray(13, connection.createArrayOf("smallint", lanes));
            statement.executeUpdate();
        }
        return true;
    }

    @Override
    public void insertLimit(Connection connection, String key) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "insert into headroom_job_limit (limit_key) values (?) on conflict (limit_key) do nothing")) {
            statement.setString(1, key);
            statement.executeUpdate();
        }
    }

    @Override
    public boolean insertWindow(Connection connection, String key, long millis) throws SQLException {
        return BatchTable.change(
                        connection,
                        "insert into headroom_job_window (unique_key, free_at) values (?, " + nowPlusMillis()
                                + ") on conflict (unique_key) do nothing",
                        key,
                        millis)
                == 1;
    }

    @Override
    public void insertSchedule(Connection connection, String kind, String spec, long intervalMillis)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("insert into headroom_job_schedule (kind, spec, next_at) values (?, ?, "
                        + nowPlusMillis() + ") on conflict (kind) do nothing")) {
            statement.setString(1, kind);
            statement.setString(2, spec);
            statement.setLong(3, intervalMillis);
            statement.executeUpdate();
        }
    }
}
