package dev.headroom.cache.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class EnvelopeTest {
    private static final Envelope.Life LIFE =
            new Envelope.Life(Duration.ofSeconds(60), Duration.ofSeconds(30), Duration.ofDays(1));

    @Test
    void comesBackAsItWas() {
        byte[] value = "compressible ".repeat(1000).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        Envelope envelope = new Envelope("s:ä", 1L << 40, LIFE, Set.of("a", "b"), "etag", value);
        byte[] deflated = envelope.bytes(100);
        assertThat(deflated.length).isLessThan(value.length / 10);
        assertThat(envelope.bytes(1_000_000).length).isGreaterThan(value.length);
        for (byte[] bytes : List.of(deflated, envelope.bytes(1_000_000))) {
            Envelope read = Envelope.of(bytes);
            assertThat(read.key()).isEqualTo("s:ä");
            assertThat(read.stamp()).isEqualTo(1L << 40);
            assertThat(read.tags()).containsExactlyInAnyOrder("a", "b");
            assertThat(read.life()).isEqualTo(LIFE);
            assertThat(read.etag()).isEqualTo("etag");
            assertThat(read.value()).isEqualTo(value);
        }
        assertThat(Envelope.of(new Envelope("k", 1, LIFE, Set.of(), "", null).bytes(100))
                        .value())
                .isNull();
    }

    @Test
    void brokenBytesAreNoValueAndNoError() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] good = new Envelope("key", 7, LIFE, Set.of("t"), "e", new byte[500]).bytes(10);
        for (int i = 0; i < 20_000; i++) {
            byte[] bad = Arrays.copyOf(good, random.nextInt(good.length));
            if (bad.length > 0) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            }
            Envelope read = Envelope.of(bad);
            boolean harmless = read == null || read.value() == null || read.value().length <= 500;
            if (!harmless) {
                throw new AssertionError("seed " + seed + ": " + read.value().length + " bytes");
            }
        }
    }

    @Test
    void keysThatDifferHaveTextsThatDiffer() {
        UUID id = UUID.randomUUID();
        List<Object> keys = List.of(
                "1",
                1,
                1L,
                (short) 1,
                (byte) 1,
                '1',
                true,
                id,
                id.toString(),
                List.of("a", "b"),
                List.of("a,b"),
                List.of(List.of("a"), "b"),
                List.of("a", List.of("b")),
                Keys.NoKey.NULL,
                Another.NULL,
                "n",
                "i:1");
        assertThat(keys.stream().map(KeyText::of).distinct())
                .hasSize(keys.size())
                .doesNotContainNull();
        assertThat(KeyText.of(new Object())).isNull();
        assertThat(KeyText.of(List.of(1, new Object()))).isNull();
        for (Object key : List.of("s", "", 1, -1L, id)) {
            assertThat(KeyText.parse(KeyText.of(key))).contains(key);
        }
    }

    private enum Another {
        NULL
    }
}
