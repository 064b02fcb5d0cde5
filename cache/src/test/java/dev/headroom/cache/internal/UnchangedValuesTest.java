package dev.headroom.cache.internal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.cache.Cache;
import dev.headroom.cache.CacheOptions;
import dev.headroom.cache.Caches;
import dev.headroom.cache.spi.SharedRead;
import dev.headroom.cache.testing.InMemorySharedTier;
import dev.headroom.codec.Codec;
import dev.headroom.codec.Codecs;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What is held and lies in the tier as it was is compared by its version and its stamp, and not read again. */
class UnchangedValuesTest {
    private static final long LIFE = 7L << 32;
    private static final Duration HOUR = Duration.ofHours(1);

    @Test
    void aVersionCountsInOneLifeOfTheNodeOnly() {
        SharedRead.Age fresh = SharedRead.Age.left(HOUR);
        Entry held = found(LIFE + 3, 5, fresh).entry(CacheOptions.defaults().entries(), HOUR, 0);
        byte[] drop = Long.toString(LIFE + 2).getBytes(US_ASCII);
        assertThat(SharedValues.unchanged(held, read(LIFE + 3, 5, fresh), drop, 1))
                .isSameAs(held);
        assertThat(SharedValues.unchanged(held, read(LIFE + 3, 6, fresh), drop, 1))
                .isNull();
        assertThat(SharedValues.unchanged(held, read(LIFE + 4, 5, fresh), drop, 1))
                .isNull();
        assertThat(SharedValues.unchanged(held, read((9L << 32) + 3, 5, fresh), drop, 1))
                .isNull();
        assertThat(SharedValues.unchanged(held, read(LIFE + 3, 5, SharedRead.Age.left(Duration.ZERO)), drop, 1))
                .isNull();
        assertThat(SharedValues.unchanged(held, read(LIFE + 3, 5, fresh), drop, HOUR.toNanos()))
                .as("over by this JVM's clock")
                .isNull();
        byte[] cleared = Long.toString(LIFE + 4).getBytes(US_ASCII);
        assertThat(SharedValues.unchanged(held, read(LIFE + 3, 5, fresh), cleared, 1))
                .isNull();
        assertThat(SharedValues.unchanged(null, read(LIFE + 3, 5, fresh), drop, 1))
                .isNull();
    }

    private static Envelope envelope(long stamp) {
        Envelope.Life life = new Envelope.Life(HOUR, Duration.ZERO, Duration.ZERO);
        return new Envelope("s:k", stamp, life, Set.of(), "", new byte[] {1});
    }

    private static Found found(long stamp, long version, SharedRead.Age age) {
        return new Found(envelope(stamp), "v", age, version);
    }

    private static SharedRead read(long stamp, long version, SharedRead.Age age) {
        return new SharedRead(envelope(stamp).bytes(1000), version, age, null, false, Map.of());
    }

    @Test
    void isDecodedOnceAndReadAgainWhenItChanges() {
        AtomicLong clock = new AtomicLong();
        AtomicInteger decoded = new AtomicInteger();
        InMemorySharedTier tier = new InMemorySharedTier(clock::get);
        try (Caches caches = caches(tier, clock, decoded);
                Caches others = caches(tier, clock, new AtomicInteger())) {
            Cache<String, String> cache = caches.cache("c", String.class, String.class);
            Cache<String, String> other = others.cache("c", String.class, String.class);
            other.get("k", (key, context) -> {
                context.tags("t");
                return "1";
            });
            for (int i = 0; i < 3; i++) {
                assertThat(cache.get("k", key -> "not loaded")).isEqualTo("1");
                assertThat(cache.getAll(List.of("k"), keys -> Map.of())).containsEntry("k", "1");
                clock.addAndGet(Duration.ofMinutes(2).toNanos());
            }
            assertThat(decoded).hasValue(1);
            other.refresh("k", (key, context) -> {
                context.tags("t");
                return "2";
            });
            assertThat(cache.get("k", key -> "not loaded")).isEqualTo("2");
            assertThat(decoded).hasValue(2);
            clock.addAndGet(Duration.ofMinutes(2).toNanos());
            other.invalidateTag("t");
            assertThat(cache.get("k", key -> "3")).isEqualTo("3");
        }
    }

    private static Caches caches(InMemorySharedTier tier, AtomicLong clock, AtomicInteger decoded) {
        Codec plain = Codecs.tlv().build();
        Codec counting = new Codec() {
            @Override
            public String name() {
                return plain.name();
            }

            @Override
            public byte[] encode(Object value) {
                return plain.encode(value);
            }

            @Override
            public Object decode(byte[] bytes, Type type) {
                decoded.incrementAndGet();
                return plain.decode(bytes, type);
            }
        };
        return Caches.builder()
                .shared(tier)
                .clock(clock::get)
                .journalEvery(Duration.ZERO)
                .defaults(options -> options.fresh(HOUR)
                        .jitter(0)
                        .localFresh(Duration.ofMinutes(1))
                        .codec(counting))
                .build();
    }
}
