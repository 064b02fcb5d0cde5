package dev.headroom.benchmarks.router;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.testkit.PostgresCluster;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A read-only transaction over a driver that does nothing: what the routing costs. The router probes a real primary and standby. */
@NullUnmarked // JMH sets the fields
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
public class ReadOnlyStubBenchmark {
    private static final long POOL_TIMEOUT_MILLIS = 250;

    @Param({"hikari", "headroom", "spring-lazy"})
    public String peer = "hikari";

    private Peer subject;
    private HikariDataSource primary;
    private HikariDataSource replica;
    private PostgresCluster cluster;

    @Setup
    public void open() {
        primary = Stub.pool(POOL_TIMEOUT_MILLIS);
        replica = Stub.pool(POOL_TIMEOUT_MILLIS);
        subject = switch (peer) {
            case "hikari" -> Peer.hikari(replica);
            case "spring-lazy" -> Peer.spring(primary, replica);
            case "headroom" -> headroom();
            default -> throw new IllegalArgumentException("peer: " + peer);
        };
    }

    private Peer headroom() {
        PostgresCluster probed = PostgresCluster.builder().standbys(1).start();
        cluster = probed;
        return Peer.headroom(
                primary,
                probed.primary().jdbcUrl(),
                replica,
                probed.standbys().get(0).jdbcUrl());
    }

    @Benchmark
    public boolean transaction() throws SQLException {
        return Transactions.read(subject.dataSource(), "select 1");
    }

    @TearDown
    public void close() throws Exception {
        subject.close();
        primary.close();
        replica.close();
        if (cluster != null) {
            cluster.close();
        }
    }
}
