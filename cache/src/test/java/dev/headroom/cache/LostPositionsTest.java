package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.cache.testing.InMemorySharedTier;
import dev.headroom.consistency.Consistency;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Positions of invalidations that the shared tier could not be told of in time, or can't tell. */
@Tag("one-jdk")
class LostPositionsTest {
    private final InMemorySharedTier tier = new InMemorySharedTier();
    private final List<Caches> open = new ArrayList<>();
    private final Positions writing = new Positions("9");
    private final Positions reading = new Positions("9");
    private final Cache<String, String> writer = cache(writing);
    private final Cache<String, String> reader = cache(reading);

    @AfterEach
    void close() {
        open.forEach(Caches::close);
    }

    @Test
    void aLaterInvalidationKeepsThePositionOfTheOneThatStillWaits() {
        tier.down(true);
        writing.current = "7";
        writer.invalidate("k");
        writing.current = "";
        writer.invalidate("k");
        writer.put("k", "given");
        tier.down(false);
        writer.get("another", key -> "");
        reader.invalidate("k");
        reader.get("k", key -> "");
        assertThat(reading.within).containsExactly("7");
    }

    @Test
    void clearingKeepsThePositionOfTheOneThatStillWaits() {
        tier.down(true);
        writing.current = "7";
        writer.clear();
        writing.current = "3";
        writer.clear();
        tier.down(false);
        writer.get("another", key -> "");
        reader.get("k", key -> "");
        assertThat(reading.within).containsExactly("7");
    }

    @Test
    void ofTooManyTheHighestPositionIsKept() {
        tier.down(true);
        writing.current = "7";
        writer.invalidate("first");
        writing.current = "3";
        for (int i = 0; i <= 10_000; i++) {
            writer.invalidate("k" + i);
        }
        tier.down(false);
        Awaitility.await().until(() -> {
            reader.invalidate("first");
            reader.get("first", key -> "");
            return reading.within.contains("7");
        });
    }

    @Test
    void aPositionWhoseNoteIsLostComesWithTheJournal() {
        writing.current = "7";
        for (Consumer<Cache<String, String>> drop : List.<Consumer<Cache<String, String>>>of(
                cache -> cache.invalidate("k"),
                cache -> cache.put("k", "given"),
                cache -> cache.invalidateTag("t"),
                Cache::clear)) {
            reading.within.clear();
            Cache<String, String> another = cache(reading);
            Awaitility.await().until(() -> {
                drop.accept(writer);
                tier.evictRecord("headroom:c:~n:s:k");
                tier.evictRecord("headroom:c:~n");
                another.invalidate("k");
                another.get("k", key -> "");
                return reading.within.contains("7");
            });
        }
    }

    @Test
    void aValueThatWasPutAndIsLostLeavesItsPosition() {
        writing.current = "7";
        writer.put("k", "given");
        tier.nodes().get(0).invalidate("headroom:c:v1:tlv1:s:k");
        Caches deaf = Caches.builder().shared(tier).journalEvery(Duration.ZERO).build();
        open.add(deaf);
        deaf.connect(new CountingMeters().contracts(reading));
        assertThat(deaf.cache("c", String.class, String.class).get("k", key -> "loaded"))
                .isEqualTo("loaded");
        assertThat(reading.within).containsExactly("7");
    }

    @Test
    void whoCanNotAskTheTierReadsTheNewest() {
        reader.get("k", key -> "");
        assertThat(reading.within).isEmpty();
        tier.down(true);
        reader.get("cold", key -> "");
        assertThat(reading.within).containsExactly("9");
        reader.getAll(List.of("a", "b"), keys -> Map.of("a", "", "b", ""));
        assertThat(reading.within).containsExactly("9", "9");
    }

    private Cache<String, String> cache(Consistency consistency) {
        Caches caches = Caches.builder().shared(tier).build();
        caches.connect(new CountingMeters().contracts(consistency));
        open.add(caches);
        return caches.cache("c", String.class, String.class);
    }
}
