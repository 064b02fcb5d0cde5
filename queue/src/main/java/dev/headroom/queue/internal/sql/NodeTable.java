package dev.headroom.queue.internal.sql;

import dev.headroom.queue.DeadJob;
import dev.headroom.queue.scale.ClusterLoad;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * The statements on nodes. A node's row is its lease: as long as it is seen often enough its jobs are its own; whoever finds it silent
 * deletes the row, and with that alone decides who rescues its jobs. Only the database's clock is compared.
 */
public final class NodeTable {
    private final Dialect dialect;
    private final DeadTable dead;

    /** Statements in this dialect. */
    public NodeTable(Dialect dialect) {
        this.dialect = dialect;
        this.dead = new DeadTable(dialect);
    }

    /** What was done with the jobs of nodes that died; {@code left} are those that somebody has locked. */
    public record Rescue(int nodes, int ready, int dead, int left) {}

    /** Registers a node of a process that has been up for so long, and returns its lease. */
    public long register(Connection connection, String name, int workers, long upMillis) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "insert into headroom_job_node (name, workers, started_at, last_seen) values (?, ?, "
                        + dialect.nowPlusMillis() + ", " + dialect.now() + ")",
                new String[] {"id"})) {
            statement.setString(1, name);
            statement.setInt(2, workers);
            statement.setLong(3, -upMillis);
            statement.executeUpdate();
            try (ResultSet keys = statement.getGeneratedKeys()) {
                keys.next();
                return keys.getLong(1);
            }
        }
    }

    /** The nodes with workers, the one that is at work longest first. */
    public List<ClusterLoad.Node> all(Connection connection) throws SQLException {
        String sql = "select name, workers, " + dialect.millisSince("started_at")
                + " from headroom_job_node where workers > 0 order by started_at, id";
        return Sql.list(connection, sql, row -> {
            Duration up = Duration.ofMillis(Math.max(0, row.getLong(3)));
            return new ClusterLoad.Node(row.getString(1), row.getInt(2), up);
        });
    }

    /**
     * Says that the node of this name lives and has so many workers; false if it was declared dead, or lost by a failover and its number
     * given to another.
     *
     * @param gapMillis after so long without a beat its being seen begins anew
     */
    public boolean beat(Connection connection, long lease, String name, int workers, long gapMillis)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(beat(dialect))) {
            bindBeat(statement, lease, name, workers, gapMillis);
            return statement.executeUpdate() == 1;
        }
    }

    /** Whether a node was not declared dead. */
    static boolean isThere(Connection connection, long lease) throws SQLException {
        return !Sql.longs(connection, "select 1 from headroom_job_node where id = ?", lease)
                .isEmpty();
    }

    /** What a beat does. */
    static String beat(Dialect dialect) {
        return "update headroom_job_node set unbroken_since = case when " + dialect.millisSince("last_seen")
                + " > ? then " + dialect.now() + " else unbroken_since end, last_seen = " + dialect.now()
                + ", workers = ? where id = ? and name = ?";
    }

    /** Binds its parameters. */
    static void bindBeat(PreparedStatement statement, long lease, String name, int workers, long gapMillis)
            throws SQLException {
        statement.setLong(1, gapMillis);
        statement.setInt(2, workers);
        statement.setLong(3, lease);
        statement.setString(4, name);
    }

    /**
     * What a node sees around it.
     *
     * @param silentMillis for how long the one of the others has been silent that was seen longest ago; 0 if there is none
     * @param server which server answers, since when it runs
     * @param eldest the number of the node that has been there longest, which does chores that one node suffices for
     * @param nodes another number when nodes have come or gone
     * @param blocked whether jobs are put aside by a limit
     * @param paused the numbers of the queues that are paused
     */
    public record Around(
            long silentMillis, String server, long eldest, long nodes, boolean blocked, Set<Integer> paused) {}

    /** The end of a select of what a node, whose number is a parameter, sees around it. */
    static String around(Dialect dialect) {
        return "(select " + dialect.millisSince("min(last_seen)") + " from headroom_job_node where id <> ?), "
                + dialect.server()
                + ", (select min(id) from headroom_job_node), (select sum(id) from headroom_job_node),"
                + " case when exists (select 1 from headroom_job_limit where blocked = 1) then 1 else 0 end, ("
                + QueueTable.pausedNumbers(dialect) + ")";
    }

    /** Reads that from the columns after so many. */
    static Around around(ResultSet row, int before) throws SQLException {
        return new Around(
                Math.max(0, row.getLong(before + 1)),
                row.getString(before + 2),
                row.getLong(before + 3),
                row.getLong(before + 4),
                row.getInt(before + 5) == 1,
                QueueTable.numbers(row.getString(before + 6)));
    }

    /** Looks around. */
    public Around around(Connection connection, long lease) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select " + around(dialect))) {
            statement.setLong(1, lease);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return around(rows, 0);
            }
        }
    }

    /** What a node hears as it says that it lives: whether it was not declared dead, and which of its jobs were cancelled. */
    public record Beat(boolean alive, Around around, Set<Long> cancelled) {}

    /**
     * Whether another node has been seen for so long, without a gap until now: one that is just back may have been away with the database.
     */
    public boolean othersSeen(Connection connection, long lease, long millis) throws SQLException {
        String sql = "select id from headroom_job_node where id <> " + lease + " and "
                + dialect.millisSince("last_seen") + " < " + millis + " and " + dialect.millisSince("unbroken_since")
                + " >= ?";
        return !Sql.longs(connection, sql, millis).isEmpty();
    }

    /** Takes a node out that holds no jobs any more. */
    public void remove(Connection connection, long lease) throws SQLException {
        Sql.change(connection, "delete from headroom_job_node where id = ?", lease);
    }

    /**
     * Deletes nodes not seen for so long, and makes what they held ready again, or a dead letter at the given count of crashes. What they
     * held is suspect from the first crash on; the following are counted as such a job begins.
     */
    public Rescue reap(Connection connection, long silentMillis, int maxCrashes) throws SQLException {
        int nodes = 0;
        String silent = dialect.millisSince("last_seen") + " > ?";
        for (long id : Sql.longs(connection, "select id from headroom_job_node where " + silent, silentMillis)) {
            // One that somebody has locked is left for the next time: what the others held does not wait for it.
            if (dialect.lockNode(connection, id)) {
                nodes += Sql.change(
                        connection, "delete from headroom_job_node where id = ? and " + silent, id, silentMillis);
            }
        }
        return rescue(connection, nodes, maxCrashes);
    }

    // Not only what the nodes just deleted held: a node that was declared dead may claim once more before it finds out.
    private Rescue rescue(Connection connection, int nodes, int maxCrashes) throws SQLException {
        String orphaned =
                "state = 1 and not exists (select 1 from headroom_job_node n where n.id = headroom_job.lease)";
        int rescued = 0;
        int buried = 0;
        List<Long> orphans = orphans(connection);
        int left = orphans.size();
        for (List<Long> chunk : Ids.chunks(orphans)) {
            // What the dead process's own transaction still has locked, or a caller's, is left for the next time.
            List<Long> few = dialect.lockFree(connection, chunk, 1);
            left -= few.size();
            rescued += dialect.changeRows(
                    connection,
                    "update " + dialect.byNumber("headroom_job")
                            + " set state = 0, lease = null, held = 0, crashes = case when crashes = 0 then 1 else crashes end where "
                            + orphaned + " and id",
                    few);
            String poison = " and state = 0 and crashes >= " + maxCrashes;
            for (long id : Ids.locked(
                    connection, "select id from " + dialect.byNumber("headroom_job") + " where id", few, poison)) {
                dead.move(connection, id, DeadJob.Reason.CRASHED);
                buried++;
            }
        }
        return new Rescue(nodes, rescued - buried, buried, left);
    }

    /**
     * The running jobs whose lease is no node's, from the ranges between the nodes' numbers: at a number itself the index has a dead entry
     * for each job that the node ever held.
     */
    private static List<Long> orphans(Connection connection) throws SQLException {
        List<Long> nodes = Sql.longs(connection, "select id from headroom_job_node order by id");
        String range = "select id from headroom_job where state = 1 and lease > ? and lease < ?";
        String sql = String.join(" union all ", Collections.nCopies(nodes.size() + 1, range)) + " order by id";
        List<Long> bounds = new ArrayList<>();
        long from = Long.MIN_VALUE;
        for (long node : nodes) {
            bounds.addAll(List.of(from, node));
            from = node;
        }
        bounds.addAll(List.of(from, Long.MAX_VALUE));
        return Sql.longs(connection, sql, bounds.toArray());
    }
}
