package dev.headroom.memcached;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.config.ConfigurationException;
import dev.headroom.memcached.MemcachedException.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class MemcachedTest {
    private static final Duration TTL = Duration.ofMinutes(1);
    private static LocalMemcached server;
    private static Memcached memcached;

    @BeforeAll
    static void start() {
        server = LocalMemcached.start();
        memcached = Memcached.nodes("n1:" + server.address())
                .operationTimeout(Duration.ofSeconds(2))
                .build();
    }

    @AfterAll
    static void stop() {
        memcached.close();
        server.close();
    }

    @Test
    void storesAndReadsFromTheVeryFirstOperation() {
        // A client of its own: its first operation comes before its connection stands.
        try (Memcached fresh = Memcached.nodes(server.address()).build()) {
            await(fresh.node("first").set("first", bytes("1"), TTL));
            assertThat(await(fresh.node("first").get("first")).map(String::new)).contains("1");
        }
    }

    @Test
    void answersEmptyForWhatIsNotThere() {
        MemcachedNode node = memcached.node("none");
        assertThat(await(node.get("none"))).isEmpty();
        assertThat(await(node.gets("none"))).isEmpty();
        assertThat(await(node.delete("none"))).isFalse();
        assertThat(await(node.touch("none", TTL))).isFalse();
        assertThat(await(node.increment("none", 1))).isEmpty();
        assertThat(await(node.cas("none", 1, bytes("x"), TTL))).isEqualTo(CasOutcome.NOT_FOUND);
    }

    @Test
    void comparesAndSetsOnce() {
        MemcachedNode node = memcached.node("cas");
        assertThat(await(node.add("cas", bytes("1"), TTL))).isTrue();
        assertThat(await(node.add("cas", bytes("2"), TTL))).isFalse();
        long version = await(node.gets("cas")).map(Item::cas).orElseThrow();
        assertThat(await(node.cas("cas", version, bytes("3"), TTL))).isEqualTo(CasOutcome.STORED);
        assertThat(await(node.cas("cas", version, bytes("4"), TTL))).isEqualTo(CasOutcome.EXISTS);
        assertThat(await(node.get("cas")).map(String::new)).contains("3");
    }

    @Test
    void touchKeepsTheVersion() {
        MemcachedNode node = memcached.node("touch");
        await(node.set("touch", bytes("1"), TTL));
        long version = await(node.gets("touch")).map(Item::cas).orElseThrow();
        assertThat(await(node.touch("touch", TTL))).isTrue();
        assertThat(await(node.cas("touch", version, bytes("2"), TTL))).isEqualTo(CasOutcome.STORED);
    }

    @Test
    void readsAndTouchesSeveralByOneOperation() {
        MemcachedNode node = memcached.node("several");
        await(node.set("several 1", bytes("END\r\nVALUE"), TTL));
        await(node.set("several 2", bytes(""), TTL));
        List<Optional<Item>> items = await(node.getsAll(List.of("several 1", "none", "several 2", "several 1")));
        assertThat(items.stream().map(item -> item.map(each -> new String(each.value(), UTF_8))))
                .containsExactly(
                        Optional.of("END\r\nVALUE"), Optional.empty(), Optional.of(""), Optional.of("END\r\nVALUE"));
        long version = await(node.gets("several 2")).map(Item::cas).orElseThrow();
        assertThat(items.get(2).map(Item::cas)).contains(version);
        assertThat(await(node.touchAll(List.of("several 2", "none"), TTL))).containsExactly(true, false);
        assertThat(await(node.cas("several 2", version, bytes("3"), TTL))).isEqualTo(CasOutcome.STORED);
        assertThat(await(node.getsAll(List.of()))).isEmpty();
    }

    @Test
    void counts() {
        MemcachedNode node = memcached.node("count");
        await(node.set("count", bytes("41"), TTL));
        assertThat(await(node.increment("count", 1))).contains(42L);
    }

    @Test
    void reportsTheServersVersion() {
        assertThat(await(memcached.nodes().get(0).version())).matches("\\d+\\.\\d+.*");
    }

    @Test
    void takesKeysThatMemcachedWouldRefuse() {
        for (String key : new String[] {"", "with space", "line\r\nset x 0 0 1\r\n", "ä", "k".repeat(5000)}) {
            MemcachedNode node = memcached.node(key);
            await(node.set(key, bytes("v" + key.length()), TTL));
            assertThat(await(node.get(key)).map(String::new)).contains("v" + key.length());
        }
        assertThat(Keys.safe("h:x")).isNotEqualTo("h:x").hasSize(45);
    }

    @Test
    void keepsValuesWhoseTimeToLiveIsLongerThanMemcachedKnows() {
        MemcachedNode node = memcached.node("long");
        await(node.set("long", bytes("1"), Duration.ofDays(365)));
        assertThat(await(node.get("long"))).isPresent();
    }

    @Test
    void expiresValuesWhoseTimeToLiveIsLessThanASecond() {
        MemcachedNode node = memcached.node("short");
        await(node.set("short", bytes("1"), Duration.ofMillis(1)));
        Awaitility.await()
                .atMost(5, TimeUnit.SECONDS)
                .until(() -> await(node.get("short")).isEmpty());
    }

    @Test
    void refusesValuesThatAreTooLargeAndStaysConnected() {
        MemcachedNode node = memcached.node("large");
        assertThat(failure(node.set("large", new byte[1_000_001], TTL)).kind()).isEqualTo(Kind.REFUSED);
        await(node.set("large", new byte[1_000_000], TTL));
        assertThat(await(node.get("large")).map(v -> v.length)).isEqualTo(Optional.of(1_000_000));
    }

    @Test
    void placementDependsOnTheIdentifiersAlone() {
        try (Memcached three =
                Memcached.nodes("a:127.0.0.1:1 b:127.0.0.1:2 c:127.0.0.1:3").build()) {
            for (int i = 0; i < 100; i++) {
                String key = "k" + i;
                assertThat(memcached.placement(List.of("c", "a", "b")).apply(key))
                        .isEqualTo(three.node(key).id());
            }
        }
        assertThatThrownBy(() -> memcached.placement(List.of()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("ids: [] (expected: at least one)");
    }

    @Test
    void completesOffTheIoThread() {
        AtomicReference<String> thread = new AtomicReference<>("");
        await(memcached
                .node("t")
                .get("t")
                .thenAccept(v -> thread.set(Thread.currentThread().getName())));
        assertThat(thread.get()).doesNotContainIgnoringCase("Memcached IO");
    }

    @Test
    void refusesMalformedNodeLists() {
        assertThatThrownBy(() -> Memcached.nodes("a:b:c:d"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("nodes: a:b:c:d (expected: host:port or id:host:port)");
        assertThatThrownBy(() -> Memcached.nodes("m1:11211,m1:11211")).hasMessageContaining("every node once");
        assertThatThrownBy(() -> Memcached.nodes(" ")).isInstanceOf(ConfigurationException.class);
        assertThatThrownBy(() -> Memcached.nodes("m1:99999")).isInstanceOf(ConfigurationException.class);
    }

    @Test
    void failsEveryOperationOnceClosed() {
        Memcached closed = Memcached.nodes(server.address()).build();
        closed.close();
        closed.close();
        assertThat(failure(closed.node("k").get("k")).kind()).isEqualTo(Kind.UNAVAILABLE);
    }

    static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(15, TimeUnit.SECONDS).join();
    }

    static MemcachedException failure(CompletionStage<?> stage) {
        try {
            await(stage);
        } catch (CompletionException failed) {
            assertThat(failed.getCause()).isInstanceOf(MemcachedException.class);
            return (MemcachedException) failed.getCause();
        }
        throw new AssertionError("it did not fail");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
