package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.cache.testing.InMemorySharedTier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What JVMs tell one another by whichever backplane keeps what they hold coherent, though each would hold it for an hour. */
abstract class BackplaneContract {
    final InMemorySharedTier tier = new InMemorySharedTier();
    private final List<Caches> open = new ArrayList<>();

    @AfterEach
    void close() {
        open.forEach(Caches::close);
    }

    /** Tells others by the backplane. */
    abstract CachesBuilder with(CachesBuilder builder);

    /** Does this so that others are not told of it in time, and may find out that they have missed something. */
    abstract void lose(Runnable change);

    final Cache<Object, String> cache(String namespace) {
        Caches caches = with(Caches.builder().shared(tier).namespace(namespace))
                .defaults(options -> options.fresh(Duration.ofHours(1)).localFresh(Duration.ofHours(1)))
                .build();
        open.add(caches);
        return caches.cache("c", Object.class, String.class);
    }

    static void seen(Cache<Object, String> cache, Object key, String value) {
        Awaitility.await()
                .atMost(30, TimeUnit.SECONDS)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> value.equals(cache.get(key, k -> value)));
    }

    @Test
    void whatOneDropsOrPutsTheOthersStopServing() {
        Cache<Object, String> one = cache("a");
        Cache<Object, String> other = cache("a");
        int round = 0;
        for (Object key : List.of("k", List.of("k", 7), TimeUnit.DAYS, "k".repeat(2_000))) {
            for (Consumer<Cache<Object, String>> change : List.<Consumer<Cache<Object, String>>>of(
                    cache -> cache.invalidate(key),
                    cache -> cache.invalidateTag("t"),
                    Cache::clear,
                    cache -> cache.put(key, "new"))) {
                String old = "old " + round++;
                one.invalidate(key);
                seen(other, key, other.get(key, (k, context) -> {
                    context.tags("t");
                    return old;
                }));
                change.accept(one);
                seen(other, key, "new");
            }
        }
    }

    @Test
    void oneOfManyIsAsGoodAsOne() {
        Cache<Object, String> one = cache("a");
        Cache<Object, String> other = cache("a");
        List<Integer> keys = IntStream.range(0, 300).boxed().toList();
        keys.forEach(key -> other.get(key, k -> "old"));
        keys.forEach(one::invalidate);
        keys.forEach(key -> seen(other, key, "new"));
    }

    @Test
    void whoMayHaveMissedSomethingTrustsNothingItHolds() {
        Cache<Object, String> one = cache("a");
        Cache<Object, String> other = cache("a");
        assertThat(other.get("k", key -> "old")).isEqualTo("old");
        lose(() -> {
            one.invalidate("k");
            assertThat(one.get("k", key -> "new")).isEqualTo("new");
        });
        seen(other, "k", "new");
    }

    @Test
    void anotherApplicationIsNotConcerned() {
        Cache<Object, String> one = cache("a");
        Cache<Object, String> other = cache("a");
        Cache<Object, String> another = cache("b");
        seen(another, "k", another.get("k", key -> "theirs"));
        other.get("k", key -> "old");
        one.clear();
        seen(other, "k", "new");
        assertThat(another.peek("k")).isPresent();
    }
}
