package dev.headroom.examples.storm.failover;

import dev.headroom.examples.storm.site.Http;
import dev.headroom.examples.storm.site.Site;
import dev.headroom.examples.storm.visitors.Reads;
import dev.headroom.testkit.PostgresCluster;
import dev.headroom.testkit.PostgresNode;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;

/** What somebody in charge of the databases does, and when. */
final class Change {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long BETWEEN_LOOKS_MILLIS = 20;
    private static final String RECEIVED = "select pg_wal_lsn_diff(pg_last_wal_receive_lsn(), '0/0')";

    private final PostgresCluster cluster;
    private final Site site;
    private final Orders orders;
    private final Timetable timetable;
    private final List<PostgresNode> standbys;
    private int killedIn;
    private long killedAt;
    private long promotedAt;
    private long firstOrderAt;
    private long followsAt;
    private long standbyReadsAt;

    Change(Site site, Orders orders, Timetable timetable) {
        this.site = site;
        this.cluster = site.databases().orElseThrow();
        this.orders = orders;
        this.timetable = timetable;
        this.standbys = cluster.standbys();
    }

    void killPrimary() {
        cluster.primary().kill();
        killedAt = System.nanoTime();
        killedIn = timetable.now().number();
        timetable.event("primary killed");
    }

    /** Promotes the one that has received most, so that it has all that was acknowledged. */
    void promote() throws SQLException {
        PostgresNode best = standbys.get(0);
        for (PostgresNode standby : standbys) {
            best = received(standby) > received(best) ? standby : best;
        }
        orders.watchForFirst();
        promotedAt = System.nanoTime();
        best.promote();
        timetable.event("standby " + (standbys.indexOf(best) + 1) + " promoted");
    }

    /** Lets the other standbys follow the new primary, and waits until one answers. */
    void others() throws IOException, InterruptedException {
        PostgresNode primary = cluster.primary();
        awaitFirstOrder();
        if (standbys.size() == 1) {
            return;
        }
        int number = standbys.get(0) == primary ? 2 : 1;
        Http http = new Http();
        String name = "standby" + number;
        for (PostgresNode standby : standbys) {
            if (standby != primary) {
                standby.follow(primary);
            }
        }
        followsAt = System.nanoTime();
        timetable.event("the others follow");
        Reads before = Reads.of(site, standbys.size(), http);
        while (System.nanoTime() - followsAt < PATIENCE.toNanos()) {
            if (Reads.of(site, standbys.size(), http).since(before).of(name) > 0) {
                standbyReadsAt = System.nanoTime();
                timetable.event(name + " answers");
                return;
            }
            Thread.sleep(BETWEEN_LOOKS_MILLIS);
        }
    }

    private void awaitFirstOrder() throws InterruptedException {
        while (firstOrderAt == 0 && System.nanoTime() - promotedAt < PATIENCE.toNanos()) {
            Thread.sleep(BETWEEN_LOOKS_MILLIS);
            firstOrderAt = orders.firstSince();
        }
        timetable.event(firstOrderAt == 0 ? "no order" : "first order");
    }

    private static long received(PostgresNode standby) throws SQLException {
        try (Connection connection = standby.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(RECEIVED)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** The second in which the primary was killed. */
    int killedIn() {
        return killedIn;
    }

    /** Seconds from the kill to the call for the promotion. */
    double killToPromoted() {
        return seconds(killedAt, promotedAt);
    }

    /** Seconds from the kill to the first order after it; NaN if there was none. */
    double killToOrder() {
        return seconds(killedAt, firstOrderAt);
    }

    /** Seconds from the call for the promotion to the first order; NaN if there was none. */
    double promotedToOrder() {
        return seconds(promotedAt, firstOrderAt);
    }

    /** Seconds from when a standby follows the new primary until it answers reads; NaN if it does not. */
    double followsToReads() {
        return seconds(followsAt, standbyReadsAt);
    }

    boolean hasOthers() {
        return standbys.size() > 1;
    }

    private static double seconds(long from, long to) {
        return to == 0 ? Double.NaN : (to - from) / 1e9;
    }
}
