package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.Component;
import dev.headroom.Contributions;
import dev.headroom.Headroom;
import dev.headroom.testkit.DatabaseCluster;
import dev.headroom.testkit.DatabaseNode;
import dev.headroom.testkit.TcpProxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** The network to one of several standbys swallows all, or is slow; for the pools and for the probes alike. */
@TestInstance(Lifecycle.PER_CLASS)
abstract class BadNetworkContract {
    private static final Duration LONG = Duration.ofSeconds(30);

    @AutoClose
    private final DatabaseCluster cluster;

    private final String database;
    private final String sleep;
    private final int standbys;

    private final Map<DatabaseNode, TcpProxy> proxies = new HashMap<>();
    private final Rig rig;

    /**
     * @param database its name
     * @param parameters further ones of the URL
     * @param sleep a query that takes a minute
     */
    BadNetworkContract(String database, DatabaseCluster cluster, String parameters, String sleep) {
        this.database = database;
        this.cluster = cluster;
        this.sleep = sleep;
        this.standbys = cluster.standbys().size();
        cluster.standbys().forEach(standby -> proxies.put(standby, TcpProxy.to(standby)));
        Rig.Ways ways = new Rig.Ways(
                node -> proxies.containsKey(node)
                        ? "127.0.0.1:" + proxies.get(node).port()
                        : Rig.address(node),
                parameters,
                50,
                Duration.ofMillis(250)); // as the README says
        // The other limits are the defaults: it is them that the figures are about.
        rig = new Rig(cluster, standbys, ways, options -> options.staleness(Duration.ofSeconds(5), LONG));
    }

    @AfterAll
    void close() {
        rig.close();
        proxies.values().forEach(TcpProxy::close);
    }

    @BeforeEach
    void heal() {
        proxies.values().forEach(TcpProxy::restore);
        await().atMost(LONG).until(() -> rig.router.nodes().stream().allMatch(node -> node.state() == NodeState.UP));
    }

    private TcpProxy proxy(int standby) {
        return proxies.get(rig.replica(standby));
    }

    @Test
    void readsOnABlackHoledStandbyAreAbortedAndNewOnesGoElsewhere() throws Exception {
        Swallowed swallowed = swallow(1, 30);
        System.out.println(database + ", black hole: stuck " + swallowed.stuck + "; new " + swallowed.fresh);
        assertThat(swallowed.stuck.count()).isPositive();
        assertThat(swallowed.stuck.millis(1)).as("longest read that hung, ms").isLessThan(20_000);
        assertThat(swallowed.failed).as("new reads that failed").hasValue(0);
    }

    @Test
    @Tag("soak")
    void figuresOfABlackHole() throws Exception {
        Swallowed all = new Swallowed();
        for (int round = 0; round < 30; round++) {
            heal();
            swallow(all, 1 + round % standbys, 300);
        }
        System.out.println("soak: " + database + ", black hole, 30 times, reads that hung in it: " + all.stuck);
        System.out.println("soak: " + database + ", black hole, read-only calls from its beginning on: " + all.fresh
                + ", failed " + all.failed);
        assertThat(all.failed).hasValue(0);
    }

    /** What became of the reads. */
    private static final class Swallowed {
        final Latencies stuck = new Latencies();
        final Latencies fresh = new Latencies();
        final AtomicInteger failed = new AtomicInteger();
    }

    private Swallowed swallow(int standby, int reads) throws Exception {
        Swallowed swallowed = new Swallowed();
        swallow(swallowed, standby, reads);
        return swallowed;
    }

    private void swallow(Swallowed swallowed, int standby, int reads) throws Exception {
        CompletableFuture<Long> began = new CompletableFuture<>();
        CompletableFuture<Void> aborted = CompletableFuture.runAsync(() -> longRead(standby, began));
        assertThat(began.get(LONG.toSeconds(), TimeUnit.SECONDS)).isPositive();
        long start = System.nanoTime();
        proxy(standby).blackHole();
        Thread clock = new Thread(() -> {
            try {
                aborted.join();
            } finally {
                swallowed.stuck.add(System.nanoTime() - start);
            }
        });
        clock.start();
        for (int i = 0; i < reads; i++) {
            long begun = System.nanoTime();
            try {
                assertThat(rig.read(-1).seen()).isFalse();
            } catch (SQLException failure) {
                swallowed.failed.incrementAndGet();
                System.out.println(database + ", black hole: " + failure);
            }
            swallowed.fresh.add(System.nanoTime() - begun);
        }
        clock.join(LONG.toMillis());
        assertThat(aborted).isDone();
    }

    /** Sleeps on that standby and no other; ends when it is aborted. */
    private void longRead(int standby, CompletableFuture<Long> began) {
        try (Connection connection = on("r" + standby);
                Statement statement = connection.createStatement()) {
            began.complete(System.nanoTime());
            statement.execute(sleep);
            throw new IllegalStateException("the read was not aborted");
        } catch (SQLException aborted) {
            // as it must be
        }
    }

    private Connection on(String node) throws SQLException {
        while (true) {
            Connection connection = rig.dataSource().getConnection();
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            connection.createStatement().close();
            if (Rig.nodeOf(connection).equals(node)) {
                return connection;
            }
            connection.close();
        }
    }

    @Test
    void slowStandbyGetsFewReads() throws Exception {
        slow(Duration.ofMillis(100));
        Map<String, LongAdder> shares = new ConcurrentHashMap<>();
        long reads = inParallel(8, Duration.ofSeconds(3), () -> {
            shares.computeIfAbsent(rig.read(-1).node(), node -> new LongAdder()).increment();
            return null;
        });
        System.out.println(database + ", slow standby: " + reads + " reads " + shares);
        long onSlow = shares.getOrDefault("r1", new LongAdder()).sum();
        assertThat(onSlow).as("reads on the slow standby of " + standbys).isLessThan(reads / 5);
        try (Headroom headroom =
                Headroom.builder("test").plug(shared(rig.router)).build()) {
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(headroom.load().pressures().get("router.latency"))
                            .isGreaterThan(0.7));
        }
    }

    /** The router, which is not closed with what it is plugged into. */
    private static Component shared(ReplicaRouter router) {
        return new Component() {
            @Override
            public String name() {
                return router.name();
            }

            @Override
            public void contribute(Contributions to) {
                router.contribute(to);
            }

            @Override
            public void close() {}
        };
    }

    @Test
    @Tag("soak")
    void figuresOfASlowStandby() throws Exception {
        int workers = 48;
        Duration howLong = Duration.ofSeconds(8);
        // Round trips to a standby on this machine take well below a millisecond; there are two in a read.
        Duration slow = Duration.ofMillis(200);
        double healthy = inParallel(workers, howLong, () -> rig.read(-1)) / (double) howLong.toSeconds();
        slow(slow);
        AtomicInteger turn = new AtomicInteger();
        List<HikariDataSource> replicas = rig.pools.subList(1, 1 + standbys);
        double byTurns =
                inParallel(workers, howLong, () -> read(replicas.get(Math.floorMod(turn.getAndIncrement(), standbys))))
                        / (double) howLong.toSeconds();
        Map<String, LongAdder> shares = new ConcurrentHashMap<>();
        Latencies latencies = new Latencies();
        double ours = inParallel(workers, howLong, () -> {
                    long begun = System.nanoTime();
                    shares.computeIfAbsent(rig.read(-1).node(), node -> new LongAdder())
                            .increment();
                    latencies.add(System.nanoTime() - begun);
                    return null;
                })
                / (double) howLong.toSeconds();
        System.out.printf(
                "soak: %s, slow standby, one of %d with %d ms more a round trip, %d workers: all healthy %.0f reads/s;"
                        + " by turns %.0f reads/s; routed %.0f reads/s (%.1f times); shares %s; %s%n",
                database,
                standbys,
                slow.toMillis(),
                workers,
                healthy,
                byTurns,
                ours,
                ours / byTurns,
                shares,
                latencies);
        assertThat(ours).isGreaterThan(byTurns);
    }

    private void slow(Duration delay) {
        proxy(1).delay(delay);
    }

    /** What {@link Rig#read} does, on a node that somebody else has chosen. */
    private static boolean read(DataSource pool) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select count(*) from note where id = -1")) {
            row.next();
            return row.getInt(1) == 1;
        }
    }

    /** Closed-loop workers; returns how many times the work was done. */
    private static long inParallel(int workers, Duration howLong, Callable<?> work) throws InterruptedException {
        LongAdder done = new LongAdder();
        long end = System.nanoTime() + howLong.toNanos();
        List<Thread> threads = IntStream.range(0, workers)
                .mapToObj(number -> new Thread(() -> {
                    try {
                        while (System.nanoTime() < end) {
                            work.call();
                            done.increment();
                        }
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                }))
                .toList();
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        return done.sum();
    }
}
