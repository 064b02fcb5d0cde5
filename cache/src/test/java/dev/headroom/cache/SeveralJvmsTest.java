package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.cache.memcached.MemcachedTier;
import dev.headroom.memcached.Memcached;
import dev.headroom.testkit.ChildJvm;
import dev.headroom.testkit.MemcachedNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Real JVMs on a real memcached. */
class SeveralJvmsTest {
    private final List<ChildJvm> nodes = new ArrayList<>();
    private MemcachedNode server;

    @BeforeEach
    void start() {
        server = MemcachedNode.builder().ownProcess().start();
    }

    @AfterEach
    void stop() {
        nodes.forEach(ChildJvm::close);
        server.close();
    }

    @Test
    void oneLoadForAllOfThem() {
        stampedes(3, 10, 10);
    }

    @Test
    @Tag("soak")
    void oneLoadForAllOfThemAThousandTimes() {
        long start = System.nanoTime();
        stampedes(8, 25, 1000);
        System.out.println("soak: cache: 1,000 rounds of 8 JVMs with 25 callers each: one load each, "
                + Duration.ofNanos(System.nanoTime() - start).toSeconds() + " s");
    }

    @Test
    void aKilledJvmsLoadIsAnotherOnesWithinSeconds() {
        start(1);
        ChildJvm leader = nodes.get(0);
        try (Memcached memcached = Connected.to(server.hostAndPort(), Duration.ofSeconds(5));
                Caches caches =
                        Caches.builder().shared(MemcachedTier.on(memcached)).build()) {
            Cache<String, String> cache = caches.cache("c", String.class, String.class);
            cache.get("warm", key -> "");
            leader.sendLine("get k 1 600000");
            leader.waitForLine(Pattern.compile("loading k"));
            leader.kill();
            long start = System.nanoTime();
            assertThat(cache.get("k", key -> "taken over")).isEqualTo("taken over");
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            System.out.println(
                    "cache: a killed leader's key was loaded by another JVM after " + took.toMillis() + " ms");
            assertThat(took).isLessThan(Duration.ofSeconds(8));
        }
    }

    private void stampedes(int jvms, int callers, int rounds) {
        start(jvms);
        for (int round = 0; round < rounds; round++) {
            String key = "k" + round;
            nodes.forEach(node -> node.sendLine("get " + key + " " + callers + " 100"));
            Pattern got = Pattern.compile("^got " + key + " ");
            List<String> answers =
                    nodes.stream().map(node -> node.waitForLine(got)).distinct().toList();
            assertThat(answers).hasSize(1).first().asString().matches("got " + key + " \\[\\d+]");
        }
        long loads = nodes.stream()
                .flatMap(node -> node.lines().stream())
                .filter(line -> line.startsWith("loading k"))
                .count();
        assertThat(loads).isEqualTo(rounds);
    }

    private void start(int jvms) {
        for (int i = 0; i < jvms; i++) {
            nodes.add(ChildJvm.builder(CacheNodeMain.class)
                    .jvmOptions("-Xmx64m", "-XX:TieredStopAtLevel=1")
                    .arguments(server.hostAndPort(), String.valueOf(i))
                    .start());
        }
        nodes.forEach(node -> node.waitForLine(Pattern.compile("^ready$")));
    }
}
