package dev.headroom.benchmarks.cache;

import com.alicp.jetcache.anno.CacheType;
import com.alicp.jetcache.anno.Cached;
import com.alicp.jetcache.anno.config.EnableMethodCache;
import com.alicp.jetcache.anno.support.GlobalCacheConfig;
import com.alicp.jetcache.anno.support.JetCacheBaseBeans;
import com.alicp.jetcache.embedded.LinkedHashMapCacheBuilder;
import java.util.Map;
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
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The same by JetCache's {@code @Cached} of its local kind. A peer with a class path of its own: {@code --peer cache-jetcache}. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
@State(Scope.Thread)
public class JetCacheAnnotationHitBenchmark {
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
        @Cached(
                name = "one",
                key = "args[0]",
                cacheType = CacheType.LOCAL,
                localLimit = 2 * KeySequence.KEYS,
                expire = 3600)
        String find(String id);

        /** Three parts. */
        @Cached(
                name = "three",
                key = "args[0] + ':' + args[1] + ':' + args[2]",
                cacheType = CacheType.LOCAL,
                localLimit = 2 * KeySequence.KEYS,
                expire = 3600)
        String find(String id, String language, int shop);
    }

    /** What answers. */
    public static class Shop implements Products {
        @Override
        public String find(String id) {
            return "value of " + id;
        }

        @Override
        public String find(String id, String language, int shop) {
            return "value of " + id + language + shop;
        }
    }

    /** Puts it together. */
    @Configuration
    @EnableMethodCache(basePackages = "dev.headroom.benchmarks.cache")
    @Import(JetCacheBaseBeans.class)
    public static class Setting {
        /** The store. */
        @Bean
        @SuppressWarnings("rawtypes")
        public GlobalCacheConfig config() {
            GlobalCacheConfig config = new GlobalCacheConfig();
            config.setLocalCacheBuilders(Map.of(
                    "default",
                    LinkedHashMapCacheBuilder.createLinkedHashMapCacheBuilder()
                            .keyConvertor(com.alicp.jetcache.support.Fastjson2KeyConvertor.INSTANCE)));
            config.setRemoteCacheBuilders(Map.of());
            return config;
        }

        /** The bean, proxied. */
        @Bean
        public Products products() {
            return new Shop();
        }
    }
}
