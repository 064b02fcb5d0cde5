package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.headroom.cache.memcached.LeaseMode;
import dev.headroom.cache.memcached.MemcachedTier;
import dev.headroom.codec.Codec;
import dev.headroom.codec.Codecs;
import dev.headroom.consistency.Consistency;
import dev.headroom.memcached.Memcached;
import dev.headroom.testkit.MemcachedNode;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** Results that several JVMs can't share: nobody waits longer than for the one load that finds that out. */
@Tag("one-jdk")
class UnshareableTest {
    private static final int JVMS = 4;
    private static MemcachedNode server;
    private static Memcached memcached;

    private final CountingMeters meters = new CountingMeters();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Caches> open = new ArrayList<>();

    /** A value that the codec does not know. */
    private static final class Opaque {}

    enum Result {
        ABSENT {
            @Override
            Object of(LoadContext<Object> context) {
                return null;
            }
        },
        NOT_TO_BE_CACHED {
            @Override
            Object of(LoadContext<Object> context) {
                context.doNotCache();
                return "once";
            }
        },
        NOT_ENCODED {
            @Override
            Object of(LoadContext<Object> context) {
                return new Opaque();
            }
        },
        TOO_LARGE {
            @Override
            Object of(LoadContext<Object> context) {
                byte[] bytes = new byte[1_200_000];
                new Random(1).nextBytes(bytes);
                return Base64.getEncoder().encodeToString(bytes);
            }
        };

        abstract Object of(LoadContext<Object> context);
    }

    @BeforeAll
    static void start() {
        server = MemcachedNode.start();
        memcached = Connected.to(server.hostAndPort(), Duration.ofSeconds(5));
    }

    @AfterAll
    static void stop() {
        memcached.close();
        server.close();
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        open.forEach(Caches::close);
    }

    @ParameterizedTest
    @EnumSource(Result.class)
    void whoeverWaitedLoadsAtOnceAndNotOneAfterTheOther(Result result) throws Exception {
        for (LeaseMode mode : List.of(LeaseMode.META, LeaseMode.CLASSIC)) {
            long waitedBefore = meters.shared("c", "waited");
            AtomicInteger loads = new AtomicInteger();
            CountDownLatch together = new CountDownLatch(JVMS - 1);
            List<Future<Object>> answers = new ArrayList<>();
            for (int i = 0; i < JVMS; i++) {
                Cache<String, Object> cache = cache(mode);
                answers.add(threads.submit(() -> cache.get("k" + result + mode, (key, context) -> {
                    if (loads.incrementAndGet() == 1) {
                        Awaitility.await()
                                .atMost(30, TimeUnit.SECONDS)
                                .until(() -> meters.shared("c", "waited") - waitedBefore == JVMS - 1);
                    } else {
                        together.countDown();
                        assertThat(together.await(20, TimeUnit.SECONDS))
                                .as("the other loads run at the same time")
                                .isTrue();
                    }
                    return result.of(context);
                })));
            }
            for (Future<Object> answer : answers) {
                answer.get(60, TimeUnit.SECONDS);
            }
            assertThat(loads).hasValue(JVMS);
        }
    }

    @Test
    void whatThereWasBeforeIsNotServedWhenTheSourceHasNothing() {
        Cache<String, Object> one = cache(LeaseMode.META);
        Cache<String, Object> other = cache(LeaseMode.META);
        one.get("gone", key -> "old");
        assertThat(one.refresh("gone", key -> null)).isNull();
        assertThat(cache(LeaseMode.META).get("gone", key -> "new")).isEqualTo("new");
        assertThat(other.get("gone", key -> "newer")).isEqualTo("new");
    }

    @Test
    void itIsSaidOnceForEachTypeAndCountedEachTime() {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        Logger logger = (Logger) LoggerFactory.getLogger("dev.headroom.cache.internal.Unshared");
        Level before = logger.getLevel();
        logger.setLevel(Level.WARN);
        logger.addAppender(log);
        try {
            Cache<Object, Object> cache = caches(LeaseMode.META).cache("o", Object.class, Object.class);
            cache.get("a", key -> new Opaque());
            cache.get("b", key -> new Opaque());
            cache.get(1.5, key -> "double");
            cache.get(2.5, key -> "double");
        } finally {
            logger.detachAppender(log);
            logger.setLevel(before);
        }
        assertThat(meters.shared("o", "not_encoded")).isEqualTo(2);
        assertThat(meters.shared("o", "not_keyed")).isEqualTo(2);
        assertThat(log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .hasSize(2)
                .satisfiesExactly(
                        values -> assertThat(values).contains("cache o: values of " + Opaque.class.getName()),
                        keys -> assertThat(keys).contains("cache o: keys of java.lang.Double"));
    }

    @ParameterizedTest
    @EnumSource(
            value = LeaseMode.class,
            names = {"META", "CLASSIC"})
    void aServerThatRefusesAValueIsNotTakenForDead(LeaseMode mode) {
        try (MemcachedNode small = MemcachedNode.builder().maxItemBytes(65_536).start();
                Memcached client = Connected.to(small.hostAndPort(), Duration.ofSeconds(5))) {
            Caches caches = Caches.builder()
                    .shared(MemcachedTier.on(client, mode))
                    .journalEvery(Duration.ZERO) // whose beginning would have all compared once
                    .build();
            Caches others =
                    Caches.builder().shared(MemcachedTier.on(client, mode)).build();
            open.addAll(List.of(caches, others));
            caches.connect(meters.contracts(Consistency.none()));
            Cache<String, String> cache = caches.cache("small", String.class, String.class);
            AtomicInteger loads = new AtomicInteger();
            byte[] bytes = new byte[300_000];
            new Random(1).nextBytes(bytes);
            String large = Base64.getEncoder().encodeToString(bytes);
            for (int i = 0; i < 3; i++) {
                String got = cache.get("large", key -> {
                    loads.incrementAndGet();
                    return large;
                });
                assertThat(got).isEqualTo(large);
            }
            assertThat(loads).as("held here").hasValue(1);
            assertThat(meters.shared("small", "down")).isZero();
            assertThat(meters.shared("small", "too_large")).isEqualTo(1);
            cache.get("k", key -> "1");
            assertThat(others.cache("small", String.class, String.class).get("k", key -> "2"))
                    .isEqualTo("1");
        }
    }

    /** Too large for this side, too large for the server, unknown to the codec, a codec that fails, nothing. */
    @ParameterizedTest
    @EnumSource(
            value = LeaseMode.class,
            names = {"META", "CLASSIC"})
    void whatIsWrongWithOneOfSeveralValuesConcernsItsKeyAlone(LeaseMode mode) {
        try (MemcachedNode small = MemcachedNode.builder().maxItemBytes(65_536).start();
                Memcached client = Connected.to(small.hostAndPort(), Duration.ofSeconds(5))) {
            Map<String, Object> values = new HashMap<>(Map.of("a", "1", "b", "2", "c", "3"));
            values.put("too large here", Result.TOO_LARGE.of(null));
            values.put("too large there", ((String) Result.TOO_LARGE.of(null)).substring(0, 300_000));
            values.put("not encoded", new Opaque());
            values.put("codec fails", FailingCodec.WORD);
            values.put("nothing", null);
            Cache<String, Object> one = together(client, mode);
            Cache<String, Object> other = together(client, mode);
            List<Set<String>> loads = new ArrayList<>();
            BulkLoader<String, Object> loader = keys -> {
                loads.add(Set.copyOf(keys));
                return values;
            };
            assertThat(one.getAll(values.keySet(), loader)).hasSize(values.size() - 1);
            assertThat(other.getAll(values.keySet(), loader)).hasSize(values.size() - 1);
            Set<String> alone = Set.of("too large here", "too large there", "not encoded", "codec fails", "nothing");
            assertThat(loads).containsExactly(values.keySet(), alone);
            assertThat(one.getAll(values.keySet(), loader)).hasSize(values.size() - 1);
            assertThat(loads).last().isEqualTo(Set.of("nothing"));
            assertThat(meters.shared("together", "down")).isZero();
        }
    }

    private Cache<String, Object> together(Memcached client, LeaseMode mode) {
        Caches caches = Caches.builder()
                .shared(MemcachedTier.on(client, mode))
                .journalEvery(Duration.ZERO) // whose beginning would have all compared once
                .defaults(options -> options.codec(new FailingCodec()).compressFrom(1_000_000))
                .build();
        caches.connect(meters.contracts(Consistency.none()));
        open.add(caches);
        return caches.cache("together", String.class, Object.class);
    }

    /** Breaks the contract of codecs at a word. */
    private static final class FailingCodec implements Codec {
        static final String WORD = "fails";
        private final Codec tlv = Codecs.tlv().build();

        @Override
        public String name() {
            return tlv.name();
        }

        @Override
        public byte[] encode(Object value) {
            if (value.equals(WORD)) {
                throw new IllegalStateException("a codec of the application's own");
            }
            return tlv.encode(value);
        }

        @Override
        public Object decode(byte[] bytes, Type type) {
            return tlv.decode(bytes, type);
        }
    }

    private Cache<String, Object> cache(LeaseMode mode) {
        return caches(mode).cache("c", String.class, Object.class);
    }

    private Caches caches(LeaseMode mode) {
        Caches caches = Caches.builder()
                .shared(MemcachedTier.on(memcached, mode))
                .namespace("unshareable")
                .defaults(options -> options.waitAtMost(Duration.ofSeconds(60)))
                .build();
        caches.connect(meters.contracts(Consistency.none()));
        open.add(caches);
        return caches;
    }
}
