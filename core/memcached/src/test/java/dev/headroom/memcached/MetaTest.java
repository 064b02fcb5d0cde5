package dev.headroom.memcached;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.memcached.MemcachedException.Kind;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class MetaTest {
    private static LocalMemcached server;
    private static Memcached memcached;
    private static MemcachedNode node;

    @BeforeAll
    static void start() {
        server = LocalMemcached.start();
        memcached = Memcached.nodes(server.address())
                .operationTimeout(Duration.ofSeconds(2))
                .build();
        node = memcached.nodes().get(0);
    }

    @AfterAll
    static void stop() {
        memcached.close();
        server.close();
    }

    @Test
    void knowsThatTheServerKnowsThem() {
        assertThat(MemcachedTest.await(node.knowsMeta())).isTrue();
    }

    @Test
    void aMissIsLeasedOnceAndStoredByItsHolderAlone() {
        MetaReply won = MemcachedTest.await(node.metaGet("lease", "s c v N30"));
        assertThat(won.is("VA")).isTrue();
        assertThat(won.value()).isEmpty();
        assertThat(won.has('W')).isTrue();
        assertThat(MemcachedTest.await(node.metaGet("lease", "s c v N30")).has('Z'))
                .isTrue();

        long version = won.number('c').orElseThrow();
        assertThat(MemcachedTest.await(node.metaSet("lease", "v".getBytes(UTF_8), "T60 F7 C" + version))
                        .code())
                .isEqualTo("HD");
        MetaReply read = MemcachedTest.await(node.metaGet("lease", "f t v"));
        assertThat(read.value()).isEqualTo("v".getBytes(UTF_8));
        assertThat(read.number('f')).hasValue(7);
        assertThat(read.number('t').orElseThrow()).isBetween(55L, 60L);
        assertThat(read.number('q')).isEmpty();
        assertThat(MemcachedTest.await(node.metaSet("lease", "w".getBytes(UTF_8), "T60 C" + version))
                        .code())
                .isEqualTo("EX");
    }

    @Test
    void readsLargeAndEmptyValues() {
        byte[] large = new byte[700_000];
        Arrays.fill(large, (byte) '\n');
        MemcachedTest.await(node.metaSet("large", large, "T60"));
        assertThat(MemcachedTest.await(node.metaGet("large", "v")).value()).isEqualTo(large);
        MemcachedTest.await(node.metaSet("empty", new byte[0], "T60"));
        assertThat(MemcachedTest.await(node.metaGet("empty", "v")).value()).isEmpty();
        assertThat(MemcachedTest.await(node.metaDelete("empty", "")).code()).isEqualTo("HD");
        assertThat(MemcachedTest.await(node.metaGet("empty", "v")).code()).isEqualTo("EN");
    }

    @Test
    void severalReadsAreOneOperationWithAnAnswerToEach() {
        byte[] large = new byte[300_000];
        Arrays.fill(large, (byte) 'x');
        MemcachedTest.await(node.metaSet("all-1", "one".getBytes(UTF_8), "T60"));
        MemcachedTest.await(node.metaSet("all-3", large, "T60"));

        List<MetaReply> replies = MemcachedTest.await(node.metaGetAll(List.of(
                new MetaGet("all-1", "t v"),
                new MetaGet("all-2", "c v N30"),
                new MetaGet("all-3", "v"),
                new MetaGet("all-4", "v"),
                new MetaGet("a key with blanks", "v"))));

        assertThat(replies).extracting(MetaReply::code).containsExactly("VA", "VA", "VA", "EN", "EN");
        assertThat(replies.get(0).value()).isEqualTo("one".getBytes(UTF_8));
        assertThat(replies.get(0).number('t').orElseThrow()).isBetween(50L, 60L);
        assertThat(replies.get(1).has('W')).isTrue();
        assertThat(replies.get(2).value()).isEqualTo(large);
        assertThat(MemcachedTest.await(node.metaGetAll(List.of()))).isEmpty();
    }

    @Test
    void oneRefusedReadOfSeveralFailsTheOperationAndKeepsTheConnection() {
        long connection = node.connectionNumber();
        MemcachedException refused = MemcachedTest.failure(
                node.metaGetAll(List.of(new MetaGet("k", "v"), new MetaGet("k", "N-bad"), new MetaGet("k", "v"))));
        assertThat(refused.kind()).isEqualTo(Kind.REFUSED);
        MetaReply after = MemcachedTest.await(node.metaGet("after", "v"));
        assertThat(after.code()).isEqualTo("EN");
        assertThat(node.connectionNumber()).isEqualTo(connection);
    }

    @Test
    void anErrorOfTheServerFailsOneOperationAndKeepsTheConnection() {
        long connection = node.connectionNumber();
        MemcachedException refused = MemcachedTest.failure(node.metaDelete("k", "C-bad"));
        assertThat(refused.kind()).isEqualTo(Kind.REFUSED);
        MemcachedTest.await(node.metaGet("k", "v"));
        assertThat(node.connectionNumber()).isEqualTo(connection);
    }

    @Test
    void aRestartedServerIsAnotherConnection() {
        try (LocalMemcached own = LocalMemcached.start();
                Memcached client = Memcached.nodes(own.address()).build()) {
            MemcachedNode one = client.nodes().get(0);
            MemcachedTest.await(one.metaGet("k", "v"));
            long connection = one.connectionNumber();
            own.kill();
            own.startAgain();
            Awaitility.await().atMost(5, TimeUnit.SECONDS).ignoreExceptions().untilAsserted(() -> {
                MemcachedTest.await(one.metaGet("k", "v"));
                assertThat(one.connectionNumber()).isGreaterThan(connection);
            });
        }
    }
}
