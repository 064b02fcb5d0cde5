package dev.headroom.benchmarks.cache;

import dev.headroom.Headroom;
import dev.headroom.cache.Cached;
import dev.headroom.cache.Caches;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A hit by way of an annotation: {@code @Cached} on an enhanced interface, with one and with three arguments in the key. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
@State(Scope.Thread)
public class AnnotationHitBenchmark {
    private final KeySequence keys = new KeySequence();
    private final Products products = Headroom.builder("benchmark")
            .plug(Caches.builder()
                    .defaults(options -> options.maximumSize(2 * KeySequence.KEYS))
                    .build())
            .build()
            .enhance(Products.class, new Shop());
    private final Products plain = new Shop();

    /** One argument, which is the key. */
    @Benchmark
    public String oneArgument() {
        return products.find(keys.next());
    }

    /** Three arguments, each a part of the key. */
    @Benchmark
    public String threeArguments() {
        return products.find(keys.next(), "en", 7);
    }

    /** The method without any annotation, which computes each time. */
    @Benchmark
    public String plainCall() {
        return plain.find(keys.next());
    }

    /** What is asked. */
    public interface Products {
        /** One part. */
        @Cached(cache = "one", key = "#id")
        String find(String id);

        /** Three parts. */
        @Cached(cache = "three", key = "#id + ':' + #language + ':' + #shop")
        String find(String id, String language, int shop);
    }

    /** What answers. */
    public static final class Shop implements Products {
        @Override
        public String find(String id) {
            return "value of " + id;
        }

        @Override
        public String find(String id, String language, int shop) {
            return "value of " + id + language + shop;
        }
    }
}
