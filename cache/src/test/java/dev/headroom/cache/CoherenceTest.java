package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one JVM drops the others stop serving, over memcached alone, and over its restart. */
@Tag("one-jdk")
class CoherenceTest {
    private static final int JVMS = 3;

    /** Between them memcached was killed, and all were connected to it again. */
    private record Outage(long from, long to) {}

    @TempDir
    private Path folder;

    @Test
    void everyDropReachesTheOtherJvms() {
        run(20, 12, 1);
    }

    @Test
    @Tag("soak")
    void everyDropReachesTheOtherJvmsThousandsOfTimes() {
        System.out.println("soak: cache: " + run(5_400, 600, 10));
    }

    /** Neither for the tier nor for the journal. */
    @Test
    void clearingIsAsMuchWorkForManyValuesAsForOne() {
        WatchedTier tier = new WatchedTier(operation -> {});
        try (Caches caches = Caches.builder().shared(tier).build()) {
            Cache<Integer, String> cache = caches.cache("c", Integer.class, String.class);
            List<Long> operations = new ArrayList<>();
            for (int many : new int[] {1, 1000}) {
                List<Integer> keys = IntStream.range(0, many).boxed().toList();
                cache.getAll(keys, wanted -> wanted.stream().collect(Collectors.toMap(key -> key, key -> "v")));
                long before = changes(tier);
                cache.clear();
                operations.add(changes(tier) - before);
                assertThat(cache.get(0, key -> "new")).isEqualTo("new");
            }
            assertThat(operations.get(1)).isPositive().isEqualTo(operations.get(0));
        }
    }

    private static long changes(WatchedTier tier) {
        return tier.asked("merge") + tier.asked("increment") + tier.asked("write") + tier.asked("invalidate");
    }

    /**
     * @param keys how many drops of a key each JVM makes
     * @param others how many of a key, a tag and all in turn, after that
     * @param restarts of memcached meanwhile
     */
    private String run(int keys, int others, int restarts) {
        try (Fleet fleet = new Fleet(folder, new int[JVMS])) {
            int sights = keys * JVMS * (JVMS - 1);
            List<Outage> outages = new ArrayList<>();
            int order = fleet.begin("keys " + keys);
            for (int restart = 1; restart <= restarts; restart++) {
                int enough = sights / (restarts + 1) * restart;
                await().atMost(10, TimeUnit.MINUTES)
                        .pollInterval(5, TimeUnit.MILLISECONDS)
                        .until(() -> CoherenceDrill.sights(fleet.numbers) >= enough || fleet.answered(order));
                long from = System.nanoTime();
                fleet.restartServer();
                outages.add(new Outage(from, System.nanoTime()));
            }
            check(fleet.ended(order), keys);
            List<CoherenceDrill.Sight> seen = IntStream.range(0, CoherenceDrill.sights(fleet.numbers))
                    .mapToObj(i -> CoherenceDrill.sight(fleet.numbers, i))
                    .toList();
            assertThat(seen).hasSize(sights);
            check(fleet.run("all-kinds " + others), others);
            long[] usual = sorted(seen, outages, false);
            long[] over = sorted(seen, outages, true);
            return JVMS + " JVMs on one memcached, journal read every 25 ms: " + keys * JVMS
                    + " drops of a key, from just before its change until another JVM's get has the new value: "
                    + figures(usual) + "; over one of " + restarts + " restarts of memcached: " + figures(over) + "; "
                    + others * JVMS + " drops of keys, tags and all in turn; 0 lost, 0 old after new";
        }
    }

    private static void check(Map<String, Long> counts, int drops) {
        assertThat(counts)
                .containsEntry("drops", (long) drops * JVMS)
                .containsEntry("lost", 0L)
                .containsEntry("unseen-by-who-dropped", 0L)
                .containsEntry("backwards", 0L);
    }

    /** How long it took, in nanoseconds, of those while memcached was away or of the rest. */
    private static long[] sorted(List<CoherenceDrill.Sight> seen, List<Outage> outages, boolean away) {
        return seen.stream()
                .filter(sight -> away
                        == outages.stream().anyMatch(outage -> sight.begun() < outage.to && sight.seen() > outage.from))
                .mapToLong(CoherenceDrill.Sight::nanos)
                .sorted()
                .toArray();
    }

    private static String figures(long[] sorted) {
        return sorted.length == 0
                ? "none"
                : sorted.length + " times, p50 " + millis(sorted, 50) + " ms, p99 " + millis(sorted, 99)
                        + " ms, longest " + millis(sorted, 100) + " ms";
    }

    private static long millis(long[] sorted, int percent) {
        return sorted[(sorted.length - 1) * percent / 100] / 1_000_000;
    }
}
