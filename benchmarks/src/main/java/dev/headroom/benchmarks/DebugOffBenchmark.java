package dev.headroom.benchmarks;

import dev.headroom.RequestContext;
import dev.headroom.debug.DebugLog;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What a debug line costs in a request that nobody looks at, beside the statement around it. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class DebugOffBenchmark {
    private static final String SQL = "select title from product where id = ?";

    /** The floor: the time that a component takes anyway. */
    @Benchmark
    public long timeAlone() {
        return System.nanoTime();
    }

    /** A component that would tell what it did. */
    @Benchmark
    public long withALine(Request request) {
        long start = System.nanoTime();
        DebugLog debug = RequestContext.currentDebug();
        if (debug.enabled()) {
            debug.add("db", "[r1] " + SQL, System.nanoTime() - start, null);
        }
        return start;
    }

    /** A request under way, not debugged. */
    @State(Scope.Thread)
    public static class Request {
        private RequestContext.@Nullable Scope scope;

        /** On JMH's thread. */
        @Setup(Level.Trial)
        public void begin() {
            scope = RequestContext.builder().build().open();
        }

        /** On the same. */
        @TearDown(Level.Trial)
        public void end() {
            if (scope != null) {
                scope.close();
            }
        }
    }
}
