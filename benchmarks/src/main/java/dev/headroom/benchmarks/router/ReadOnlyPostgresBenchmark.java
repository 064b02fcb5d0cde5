package dev.headroom.benchmarks.router;

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

/** A read-only transaction on a real standby, by each peer. */
@NullUnmarked // JMH sets the fields
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
public class ReadOnlyPostgresBenchmark {
    @Param({"hikari", "headroom", "spring-lazy", "aws", "shardingsphere"})
    public String peer = "hikari";

    private PostgresPeer subject;

    @Setup
    public void open() throws Exception {
        subject = PostgresPeer.open(peer);
        if (!Transactions.read(subject.dataSource(), "select pg_is_in_recovery()")) {
            throw new IllegalStateException(peer + " does not read on the standby");
        }
    }

    @Benchmark
    public boolean transaction() throws SQLException {
        return Transactions.read(subject.dataSource(), "select pg_is_in_recovery()");
    }

    @TearDown
    public void close() throws Exception {
        subject.close();
    }
}
