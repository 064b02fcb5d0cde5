package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.Contracts;
import dev.headroom.background.LocalBackground;
import dev.headroom.cache.memcached.LeaseMode;
import dev.headroom.cache.memcached.MemcachedTier;
import dev.headroom.consistency.Consistency;
import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.load.LoadFeedback;
import dev.headroom.memcached.Memcached;
import dev.headroom.meter.Meters;
import dev.headroom.meter.Readings;
import dev.headroom.testkit.MemcachedNode;
import dev.headroom.testkit.PostgresCluster;
import dev.headroom.testkit.PostgresNode;
import dev.headroom.transaction.Transactions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A standby that stands still can't put an old value back, whichever JVM loads. */
@Tag("one-jdk")
class PausedStandbyTest {
    @Test
    void aPausedStandbyIsNotReadAfterAnInvalidationByAnotherJvm() throws Exception {
        try (PostgresCluster cluster = PostgresCluster.builder().standbys(1).start();
                MemcachedNode server = MemcachedNode.builder().ownProcess().start();
                Memcached memcached = Connected.to(server.hostAndPort(), Duration.ofSeconds(5))) {
            run(cluster.primary().dataSource(), "CREATE TABLE product (name text)", "INSERT INTO product VALUES ('')");
            for (LeaseMode mode : List.of(LeaseMode.META, LeaseMode.CLASSIC)) {
                readsPastThePausedStandby(cluster, memcached, mode);
            }
            readsPastThePausedStandbyWithoutTheTier(cluster, server);
        }
    }

    /** What another JVM dropped can't be known then. */
    private static void readsPastThePausedStandbyWithoutTheTier(PostgresCluster cluster, MemcachedNode server)
            throws Exception {
        DataSource primary = cluster.primary().dataSource();
        PostgresNode standby = cluster.standbys().get(0);
        Positions writing = new Positions(primary, standby.dataSource());
        Positions reading = new Positions(primary, standby.dataSource());
        run(primary, "UPDATE product SET name = 'old'");
        cluster.waitUntilCaughtUp();
        try (Memcached memcached = Connected.to(server.hostAndPort(), Duration.ofSeconds(1));
                Caches one = caches(memcached, LeaseMode.META, writing);
                Caches other = caches(memcached, LeaseMode.META, reading)) {
            standby.pauseReplay();
            run(primary, "UPDATE product SET name = 'new'");
            writing.wrote();
            one.cache("c", String.class, String.class).invalidate("late");
            server.suspend();
            try {
                Loader<String, String> load = key -> name(reading.readable());
                assertThat(other.cache("c", String.class, String.class).get("late", load))
                        .isEqualTo("new");
            } finally {
                server.resume();
                standby.resumeReplay();
            }
        }
    }

    private static void readsPastThePausedStandby(PostgresCluster cluster, Memcached memcached, LeaseMode mode)
            throws Exception {
        DataSource primary = cluster.primary().dataSource();
        PostgresNode standby = cluster.standbys().get(0);
        Positions writing = new Positions(primary, standby.dataSource());
        Positions reading = new Positions(primary, standby.dataSource());
        run(primary, "UPDATE product SET name = 'old'");
        cluster.waitUntilCaughtUp();
        try (Caches one = caches(memcached, mode, writing);
                Caches other = caches(memcached, mode, reading);
                Caches third = caches(memcached, mode, reading)) {
            Cache<String, String> writer = one.cache("c", String.class, String.class);
            Cache<String, String> reader = other.cache("c", String.class, String.class);
            Cache<String, String> late = third.cache("c", String.class, String.class);
            Loader<String, String> load = key -> name(reading.readable());
            assertThat(reader.get("k", load)).isEqualTo("old");

            standby.pauseReplay();
            run(primary, "UPDATE product SET name = 'given'");
            writing.wrote();
            writer.put("given", "given");
            String lost = "standby-" + mode + ":c:v1:tlv1:s:given";
            assertThat(memcached.node(lost).delete(lost).toCompletableFuture().join())
                    .isTrue();
            assertThat(late.get("given", load)).isEqualTo("given");

            run(primary, "UPDATE product SET name = 'new'");
            writing.wrote();
            writer.invalidate("k");

            // The other JVMs' own requests know nothing of the write, and the standby still says "old".
            assertThat(name(reading.readable())).isEqualTo("old");
            assertThat(late.get("k", load)).isEqualTo("new");
            late.clear();
            assertThat(late.get("k", load)).isEqualTo("new");
            writer.clear();
            assertThat(late.get("another", load)).isEqualTo("new");
            standby.resumeReplay();
        }
    }

    private static Caches caches(Memcached memcached, LeaseMode mode, Consistency consistency) {
        Caches caches = Caches.builder()
                .shared(MemcachedTier.on(memcached, mode))
                .namespace("standby-" + mode)
                .build();
        caches.connect(new Contracts(
                Meters.none(),
                Readings.none(),
                LoadFeedback.none(),
                consistency,
                Transactions.immediate(),
                LocalBackground.create()));
        return caches;
    }

    private static String name(DataSource from) throws SQLException {
        return text(from, "SELECT name FROM product");
    }

    private static String text(DataSource from, String query) throws SQLException {
        try (Connection connection = from.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }

    private static void run(DataSource on, String... commands) throws SQLException {
        try (Connection connection = on.getConnection();
                Statement statement = connection.createStatement()) {
            for (String command : commands) {
                statement.execute(command);
            }
        }
    }

    /** Positions in PostgreSQL's log, written so that the texts compare as they do: the standby is read if it is far enough. */
    private static final class Positions implements Consistency {
        private final DataSource primary;
        private final DataSource standby;
        private final ThreadLocal<ConsistencyToken> within = ThreadLocal.withInitial(() -> ConsistencyToken.NONE);
        private volatile ConsistencyToken current = ConsistencyToken.NONE;

        Positions(DataSource primary, DataSource standby) {
            this.primary = primary;
            this.standby = standby;
        }

        void wrote() throws SQLException {
            current = new ConsistencyToken(padded(text(primary, "SELECT pg_current_wal_insert_lsn() - '0/0'")));
        }

        DataSource readable() throws SQLException {
            String reached = padded(text(standby, "SELECT pg_last_wal_replay_lsn() - '0/0'"));
            return reached.compareTo(within.get().value()) >= 0 ? standby : primary;
        }

        private static String padded(String number) {
            return "0".repeat(24 - number.length()) + number;
        }

        @Override
        public ConsistencyToken current() {
            return current;
        }

        @Override
        public ConsistencyToken capture(Connection connection) {
            return current;
        }

        @Override
        public ConsistencyToken newest() {
            return new ConsistencyToken("9".repeat(24));
        }

        @Override
        public ConsistencyToken combine(ConsistencyToken a, ConsistencyToken b) {
            return a.value().compareTo(b.value()) >= 0 ? a : b;
        }

        @Override
        public <T> T within(ConsistencyToken token, Callable<T> call) throws Exception {
            ConsistencyToken before = within.get();
            within.set(combine(before, token));
            try {
                return call.call();
            } finally {
                within.set(before);
            }
        }
    }
}
