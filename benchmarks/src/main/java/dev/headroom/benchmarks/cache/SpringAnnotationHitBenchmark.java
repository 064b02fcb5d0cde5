package dev.headroom.benchmarks.cache;

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
import org.springframework.cache.CacheManager;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The same by Spring's {@code @Cacheable(sync = true)}, over the fastest of its stores, a map that never forgets. A peer with a class path of its
 * own: {@code --peer cache-redis} has Spring 7.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
@State(Scope.Thread)
public class SpringAnnotationHitBenchmark {
    private final KeySequence keys = new KeySequence();
    private final Products products = new AnnotationConfigApplicationContext(Setting.class).getBean(Products.class);

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

    /** What is asked. */
    public interface Products {
        /** One part. */
        String find(String id);

        /** Three parts. */
        String find(String id, String language, int shop);
    }

    /** What answers. */
    public static class Shop implements Products {
        @Override
        @Cacheable(cacheNames = "one", key = "#p0", sync = true)
        public String find(String id) {
            return "value of " + id;
        }

        @Override
        @Cacheable(cacheNames = "three", key = "#p0 + ':' + #p1 + ':' + #p2", sync = true)
        public String find(String id, String language, int shop) {
            return "value of " + id + language + shop;
        }
    }

    /** Puts it together. */
    @Configuration
    @EnableCaching
    public static class Setting {
        /** The store. */
        @Bean
        public CacheManager caches() {
            return new ConcurrentMapCacheManager("one", "three");
        }

        /** The bean, proxied. */
        @Bean
        public Products products() {
            return new Shop();
        }
    }
}
