package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;

import dev.headroom.Headroom;
import dev.headroom.cache.testing.InMemorySharedTier;
import dev.headroom.codec.Codecs;
import dev.headroom.config.ConfigurationException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CachedAllTest {
    private final Caches caches = Caches.withDefaults();
    private final Headroom headroom = Headroom.builder("test").plug(caches).build();
    private final Stock stock = new Stock();
    private final Catalog catalog = headroom.enhance(Catalog.class, stock);

    @AfterEach
    void stop() {
        headroom.close();
    }

    /** A value with something to tag by. */
    public record Name(String first, String last) {}

    interface Catalog {
        @Cached(cache = "products", key = "#id")
        String find(String id);

        @CachedAll(cache = "products", fresh = "5m", negative = "1m")
        Map<String, String> findAll(Collection<String> ids) throws IOException;

        @CachedAll(
                cache = "tagged",
                keys = "#ids",
                tags = {"'first:' + #result.first", "'id:' + #ids"})
        Map<String, Name> named(int unused, List<String> ids);

        @CachedAll(cache = "listed", keys = "#ids")
        Map<Integer, String> listed(Locale language, List<Integer> ids);
    }

    private static final class Stock implements Catalog {
        private final List<Collection<?>> calls = new ArrayList<>();

        @Override
        public String find(String id) {
            return "single " + id;
        }

        @Override
        public Map<String, String> findAll(Collection<String> ids) throws IOException {
            if (ids.contains("failing")) {
                throw new IOException("as asked");
            }
            calls.add(ids);
            Map<String, String> found = new HashMap<>();
            ids.stream().filter(id -> !id.equals("none")).forEach(id -> found.put(id, "product " + id));
            return found;
        }

        @Override
        public Map<String, Name> named(int unused, List<String> ids) {
            calls.add(ids);
            Map<String, Name> found = new HashMap<>();
            ids.forEach(id -> found.put(id, new Name(id.substring(0, 1), id)));
            return found;
        }

        @Override
        public Map<Integer, String> listed(Locale language, List<Integer> ids) {
            calls.add(ids);
            Map<Integer, String> found = new HashMap<>();
            ids.forEach(id -> found.put(id, language + " " + id));
            return found;
        }
    }

    @Test
    void theMethodIsAskedForWhatIsMissingOnly() throws Exception {
        assertThat(catalog.find("2")).isEqualTo("single 2");
        assertThat(catalog.findAll(List.of("3", "2", "1", "none")))
                .containsExactly(Map.entry("3", "product 3"), Map.entry("2", "single 2"), Map.entry("1", "product 1"));
        assertThat(stock.calls).containsExactly(Set.of("1", "3", "none"));
        assertThat(catalog.findAll(List.of("1", "none", "3"))).containsOnlyKeys("1", "3");
        assertThat(stock.calls).hasSize(1);
        assertThat(catalog.find("1")).isEqualTo("product 1");
        assertThat(catalog.findAll(List.of())).isEmpty();
    }

    @Test
    void otherArgumentsArePassedOn() {
        assertThat(catalog.listed(Locale.GERMAN, List.of(2, 1, 2)))
                .containsOnly(Map.entry(2, "de 2"), Map.entry(1, "de 1"));
        assertThat(catalog.listed(Locale.FRENCH, List.of(1, 3)))
                .containsOnly(Map.entry(1, "de 1"), Map.entry(3, "fr 3"));
        assertThat(stock.calls.get(1)).isEqualTo(List.of(3));
    }

    @Test
    void eachValueHasTheTagsOfItsOwn() {
        List<String> ids = List.of("ada", "alan", "grace");
        assertThat(catalog.named(1, ids)).hasSize(3);
        caches.cache("tagged", String.class, Name.class).invalidateTag("first:a");
        assertThat(catalog.named(1, ids)).hasSize(3);
        assertThat(stock.calls.get(1)).asInstanceOf(LIST).containsExactlyInAnyOrder("ada", "alan");
        caches.cache("tagged", String.class, Name.class).invalidateTag("id:grace");
        assertThat(catalog.named(1, ids)).hasSize(3);
        assertThat(stock.calls.get(2)).isEqualTo(List.of("grace"));
    }

    /** Of a shared tier too: what one drops by a tag another loads anew. */
    @Test
    void theTagsAreSharedByJvms() {
        InMemorySharedTier tier = new InMemorySharedTier();
        List<String> ids = List.of("ada", "alan", "grace");
        try (Caches one = sharing(tier);
                Caches other = sharing(tier);
                Headroom first = Headroom.builder("one").plug(one).build();
                Headroom second = Headroom.builder("other").plug(other).build()) {
            Stock loads = new Stock();
            Stock more = new Stock();
            assertThat(first.enhance(Catalog.class, loads).named(1, ids)).hasSize(3);
            assertThat(second.enhance(Catalog.class, more).named(1, ids)).hasSize(3);
            assertThat(more.calls).isEmpty();
            one.cache("tagged", String.class, Name.class).invalidateTag("first:a");
            Awaitility.await()
                    .atMost(30, TimeUnit.SECONDS)
                    .until(() ->
                            second.enhance(Catalog.class, more).named(1, ids).size() == 3 && !more.calls.isEmpty());
            assertThat(more.calls.get(0)).asInstanceOf(LIST).containsExactlyInAnyOrder("ada", "alan");
        }
    }

    private static Caches sharing(InMemorySharedTier tier) {
        return Caches.builder()
                .shared(tier)
                .defaults(options ->
                        options.codec(Codecs.tlv().record(64, Name.class).build()))
                .build();
    }

    @Test
    void failuresComeOutAsTheyWereThrown() {
        assertThatThrownBy(() -> catalog.findAll(List.of("failing")))
                .isInstanceOf(IOException.class)
                .hasMessage("as asked");
    }

    /** A value that can't always be tagged. */
    public record Mood(String text) {
        public String tag() {
            if (text.equals("bad")) {
                throw new IllegalStateException("no tag");
            }
            return text;
        }
    }

    interface Moods {
        @CachedAll(cache = "moods", fresh = "10s", staleIfError = "1m", tags = "#result.tag")
        Map<String, Mood> find(Collection<String> ids);
    }

    @Test
    void aTagThatFailsIsAFailureOfTheLoad() {
        ManualClock clock = new ManualClock();
        String[] mood = {"good"};
        try (Caches aging = Caches.builder().clock(clock).build();
                Headroom own = Headroom.builder("own").plug(aging).build()) {
            Moods moods = own.enhance(Moods.class, ids -> Map.of("a", new Mood(mood[0])));
            assertThat(moods.find(List.of("a"))).containsValue(new Mood("good"));
            clock.advance(Duration.ofSeconds(11));
            mood[0] = "bad";
            assertThat(moods.find(List.of("a"))).containsValue(new Mood("good"));
            Cache<String, Mood> cache = aging.cache("moods", String.class, Mood.class);
            assertThat(cache.stats().loadFailures()).isEqualTo(1);
            cache.clear();
            aging.mode(CacheMode.NAIVE);
            assertThatThrownBy(() -> moods.find(List.of("a"))).hasStackTraceContaining("no tag");
            assertThat(cache.stats().loadFailures()).isEqualTo(2);
        }
    }

    interface NoMap {
        @CachedAll(cache = "c")
        List<String> findAll(Collection<String> ids);
    }

    interface NoKeys {
        @CachedAll(cache = "c")
        Map<String, String> findAll(String id);
    }

    interface Which {
        @CachedAll(cache = "c")
        Map<String, String> findAll(Collection<String> ids, Collection<String> others);
    }

    interface Unknown {
        @CachedAll(cache = "c", keys = "#nothing")
        Map<String, String> findAll(Collection<String> ids);
    }

    @Test
    void theAnnotationsAreRefusedWhereNoCachesArePluggedIn() {
        try (Headroom without = Headroom.builder("without").build()) {
            assertThatThrownBy(() -> without.enhance(Catalog.class, stock))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("Caches");
        }
    }

    @Test
    void refusesMethodsThatItCanNotAnswer() {
        refused(NoMap.class, ids -> List.of(), "NoMap", "returns List (expected: a Map of values by key)");
        refused(NoKeys.class, id -> Map.of(), "NoKeys", "(expected: a Collection, Set, List or Iterable of keys)");
        refused(
                Which.class,
                (ids, others) -> Map.of(),
                "Which",
                "with 2 parameters (expected: the parameter with the keys, #name or #p0, unless it is the only one)");
        refused(Unknown.class, ids -> Map.of(), "Unknown", "\"#nothing\" on ");
    }

    private <T> void refused(Class<T> type, T implementation, String label, String message) {
        assertThatThrownBy(() -> headroom.enhance(type, implementation))
                .as(label)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("@CachedAll")
                .hasMessageContaining(message);
    }
}
