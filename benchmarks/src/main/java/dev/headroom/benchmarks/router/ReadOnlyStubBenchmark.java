package dev.headroom.benchmarks.router;

import com.zaxxer.hikari.HikariDataSource;
import java.util.concurrent.Callable;
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

/**
 * A read-only transaction over a driver that does nothing: what the routing costs. The router probes a real primary and standby. What begins with
 * {@code headroom-} is what an application pays besides: in a request, with meters, by annotation, all of these.
 */
@NullUnmarked // JMH sets the fields
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
public class ReadOnlyStubBenchmark {
    @Param({
        "hikari",
        "headroom",
        "headroom-impatient",
        "headroom-request",
        "headroom-meters",
        "headroom-annotation",
        "headroom-all",
        "spring-lazy",
        "aws",
        "shardingsphere"
    })
    public String peer = "hikari";

    private HikariDataSource primary;
    private HikariDataSource replica;
    private AutoCloseable subject;
    private Callable<Boolean> transaction;

    @Setup
    public void open() throws Exception {
        boolean impatient = peer.equals("headroom-impatient");
        primary = impatient ? Stub.impatientPool("p") : Stub.pool("p");
        replica = impatient ? Stub.impatientPool("r1") : Stub.pool("r1");
        if (peer.startsWith("headroom")) {
            RoutedStub routed = RoutedStub.open(peer, primary, replica);
            subject = routed;
            transaction = routed.transaction();
        } else {
            Peer other =
                    switch (peer) {
                        case "hikari" -> Peer.hikari(replica);
                        case "spring-lazy" -> Peer.spring(primary, replica);
                        case "shardingsphere" -> Peer.shardingSphere(primary, replica);
                        case "aws" -> Peer.awsOverStub();
                        default -> throw new IllegalArgumentException("peer: " + peer);
                    };
            subject = other;
            transaction = () -> Transactions.read(other.dataSource(), "select 1");
        }
    }

    @Benchmark
    public boolean transaction() throws Exception {
        return transaction.call();
    }

    @TearDown
    public void close() throws Exception {
        subject.close();
        primary.close();
        replica.close();
    }
}
