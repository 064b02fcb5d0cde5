package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.Headroom;
import dev.headroom.cache.testing.InMemorySharedTier;
import dev.headroom.config.ConfigurationException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What must not be kept for longer is not, whoever says so. */
class MaximumAgeTest {
    private static final Duration MOST = Duration.ofMinutes(1);
    private static final EntryOptions LONG = EntryOptions.defaults()
            .withFresh(Duration.ofHours(1))
            .withNegative(Duration.ofHours(1))
            .withJitter(0);

    private final ManualClock clock = new ManualClock();
    private final InMemorySharedTier tier = new InMemorySharedTier(clock);
    private final List<Caches> open = new ArrayList<>();

    @AfterEach
    void close() {
        open.forEach(Caches::close);
    }

    /** A method with a time of its own. */
    interface Catalog {
        /** Counts its calls. */
        @Cached(cache = "c", key = "#p0", fresh = "2h")
        String find(String id);
    }

    @Test
    void itHoldsWhateverSaysHowLongAValueLives() {
        Caches caches = caches(options -> options.maximumAge(MOST).fresh(Duration.ofHours(1)));
        Cache<String, String> cache = caches.cache("c", String.class, String.class);
        AtomicInteger calls = new AtomicInteger();
        Catalog catalog = Headroom.builder("test")
                .plug(caches)
                .build()
                .enhance(Catalog.class, id -> "new" + calls.incrementAndGet());
        List<Consumer<String>> stores = List.of(
                key -> cache.get(key, k -> "old"),
                key -> cache.get(key, k -> "old", LONG),
                key -> cache.get(key, k -> null, LONG),
                key -> cache.get(key, (k, context) -> {
                    context.fresh(Duration.ofHours(3));
                    return "old";
                }),
                key -> cache.getAll(List.of(key), keys -> Map.of(key, "old"), LONG),
                key -> cache.getAsync(key, k -> "old", Runnable::run, LONG).join(),
                key -> cache.put(key, "old"),
                key -> cache.put(key, "old", LONG),
                key -> cache.refresh(key, k -> "old"),
                catalog::find);
        for (int i = 0; i < stores.size(); i++) {
            stores.get(i).accept("k" + i);
        }
        clock.advance(MOST.minusNanos(1));
        for (int i = 0; i < stores.size(); i++) {
            assertThat(cache.getIfPresent("k" + i)).as("way " + i).isPresent();
        }
        clock.advance(Duration.ofNanos(1));
        for (int i = 0; i < stores.size(); i++) {
            assertThat(cache.peek("k" + i)).as("way " + i).isEmpty();
            assertThat(cache.get("k" + i, k -> "new")).as("way " + i).isEqualTo("new");
        }
    }

    @Test
    void staleWindowsAreCutToWhatIsLeft() {
        Cache<String, String> cache = caches(options ->
                        options.maximumAge(MOST).fresh(Duration.ofSeconds(20)).staleIfError(Duration.ofHours(2)))
                .cache("c", String.class, String.class);
        Loader<String, String> failing = key -> {
            throw new IllegalStateException("down");
        };
        cache.get("k", key -> "old");
        clock.advance(MOST.minusSeconds(2));
        assertThat(cache.get("k", failing)).isEqualTo("old");
        clock.advance(Duration.ofSeconds(2));
        assertThatThrownBy(() -> cache.get("k", failing)).hasMessage("down");
    }

    @Test
    void itHoldsForWhatAnotherJvmHasStored() {
        Cache<String, String> patient = shared(options -> options.fresh(Duration.ofHours(1)));
        Cache<String, String> strict = shared(options -> options.maximumAge(MOST));
        patient.get("early", key -> "old");
        patient.get("late", key -> "old");
        clock.advance(Duration.ofSeconds(20));
        assertThat(strict.get("early", key -> "not loaded")).isEqualTo("old");
        clock.advance(Duration.ofSeconds(39));
        assertThat(strict.get("early", key -> "not loaded")).isEqualTo("old");
        clock.advance(Duration.ofSeconds(1));
        assertThat(strict.get("early", key -> "new")).isEqualTo("new");
        assertThat(strict.get("late", (key, context) -> {
                    assertThat(context.stale()).isEmpty();
                    return "new";
                }))
                .isEqualTo("new");
    }

    @Test
    void whatIsStoredForOthersIsCut() {
        Cache<String, String> strict =
                shared(options -> options.maximumAge(MOST).fresh(Duration.ofHours(1)));
        Cache<String, String> patient = shared(options -> {});
        strict.get("k", key -> "old");
        strict.put("put", "old", LONG);
        clock.advance(MOST);
        assertThat(patient.get("k", key -> "new")).isEqualTo("new");
        assertThat(patient.get("put", key -> "new")).isEqualTo("new");
    }

    @Test
    void aNegativeOneIsRefused() {
        assertThatThrownBy(() -> CacheOptions.defaults().with().maximumAge(Duration.ofSeconds(-1)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("maximumAge");
    }

    @Test
    void optionsThatFitAreLeftAsTheyAre() {
        assertThat(LONG.atMost(Duration.ofHours(1))).isSameAs(LONG);
        assertThat(LONG.withStaleIfError(Duration.ofHours(1))
                        .withStaleWhileRevalidate(Duration.ofMinutes(1))
                        .atMost(Duration.ofMinutes(90)))
                .isEqualTo(
                        LONG.withStaleIfError(Duration.ofMinutes(30)).withStaleWhileRevalidate(Duration.ofMinutes(1)));
    }

    private Caches caches(Consumer<CacheOptions.Builder> options) {
        return opened(Caches.builder().clock(clock).cache("c", builder -> options.accept(builder.jitter(0))));
    }

    private Cache<String, String> shared(Consumer<CacheOptions.Builder> options) {
        return opened(Caches.builder()
                        .clock(clock)
                        .shared(tier)
                        .journalEvery(Duration.ZERO)
                        .cache("c", builder -> options.accept(builder.jitter(0).localFresh(Duration.ofHours(2)))))
                .cache("c", String.class, String.class);
    }

    private Caches opened(CachesBuilder builder) {
        Caches caches = builder.build();
        open.add(caches);
        return caches;
    }
}
