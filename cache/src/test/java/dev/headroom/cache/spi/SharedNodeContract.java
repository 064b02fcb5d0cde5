package dev.headroom.cache.spi;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What every shared tier must do. */
public abstract class SharedNodeContract {
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final Lifetime LIFE = new Lifetime(Duration.ofMinutes(1), Duration.ofMinutes(1));
    private final String key = "k" + UUID.randomUUID();

    protected abstract SharedNode node();

    /** Whether the node tells how old a value is and keeps it beyond its freshness. */
    protected abstract boolean knowsAge();

    @Test
    void leasesWhatIsNotThereOnceAndShowsWhatItsHolderStored() {
        SharedRead first = read();
        assertThat(first.lease()).isNotNull();
        assertThat(read()).satisfies(other -> {
            assertThat(other.lease()).isNull();
            assertThat(other.leased()).isTrue();
            assertThat(other.value()).isNull();
        });
        assertThat(store(first, "v")).isTrue();
        SharedRead stored = read();
        assertThat(text(stored)).isEqualTo("v");
        assertThat(stored.age().isFresh()).isTrue();
        assertThat(stored.age().known()).isEqualTo(knowsAge());
        assertThat(stored.lease()).isNull();
    }

    @Test
    void nothingIsStoredAfterAnInvalidation() {
        SharedRead first = read();
        node().invalidate(key);
        assertThat(store(first, "old")).isFalse();
        SharedRead next = read();
        assertThat(next.lease()).isNotNull();
        assertThat(store(first, "old")).isFalse();
        assertThat(store(next, "new")).isTrue();
        assertThat(store(first, "old")).isFalse();
        assertThat(text(read())).isEqualTo("new");
    }

    @Test
    void nothingIsStoredOverAValuePutMeanwhile() {
        SharedRead first = read();
        node().put(key, bytes("put"), LIFE);
        assertThat(store(first, "old")).isFalse();
        assertThat(text(read())).isEqualTo("put");
    }

    @Test
    void whatIsPutTakesThePlaceOfWhateverThereIs() {
        node().put(key, bytes("1"), LIFE);
        node().put(key, bytes("2"), LIFE);
        assertThat(text(read())).isEqualTo("2");
        SharedRead leased = node().lease(key, read().version(), LEASE);
        node().put(key, bytes("3"), LIFE);
        assertThat(store(leased, "old")).isFalse();
        assertThat(read()).satisfies(now -> {
            assertThat(text(now)).isEqualTo("3");
            assertThat(now.leased()).isFalse();
            assertThat(now.age().isFresh()).isTrue();
        });
        SharedRead over = node().lease(key, read().version(), LEASE);
        node().takeOver(key, over.version());
        node().put(key, bytes("4"), LIFE);
        assertThat(text(read())).isEqualTo("4");
    }

    @Test
    void ofManyThatArePutAtTheSameTimeOneIsThere() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> puts = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                String value = "v" + thread;
                puts.add(threads.submit(() -> {
                    for (int i = 0; i < 20; i++) {
                        try {
                            node().put(key, bytes(value), LIFE);
                        } catch (SharedTierException othersWereFaster) {
                            assertThat(othersWereFaster.reason()).isEqualTo(SharedTierException.Reason.NOT_ASKED);
                        }
                    }
                    return true;
                }));
            }
            for (Future<?> put : puts) {
                put.get(60, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(text(read())).startsWith("v");
    }

    @Test
    void aValueIsLeasedOnceAndGoesOnToBeSeen() {
        node().put(key, bytes("1"), LIFE);
        SharedRead seen = read();
        SharedRead leased = node().lease(key, seen.version(), LEASE);
        assertThat(leased.lease()).isNotNull();
        assertThat(text(leased)).isEqualTo("1");
        SharedRead other = node().lease(key, seen.version(), LEASE);
        assertThat(other.lease()).isNull();
        assertThat(other.leased()).isTrue();
        assertThat(text(other)).isEqualTo("1");
        assertThat(store(leased, "2")).isTrue();
        assertThat(text(read())).isEqualTo("2");
        assertThat(read().leased()).isFalse();
    }

    @Test
    void aValueIsNotLeasedToWhoHasSeenAnEarlierOne() {
        node().put(key, bytes("1"), LIFE);
        long seen = read().version();
        node().put(key, bytes("2"), LIFE);
        for (SharedRead late : List.of(
                node().lease(key, seen, LEASE),
                node().leaseAll(Map.of(key, seen), LEASE).get(key))) {
            assertThat(late.lease()).isNull();
            assertThat(text(late)).isEqualTo("2");
        }
        SharedRead after = read();
        assertThat(text(after)).isEqualTo("2");
        assertThat(after.age().isFresh()).isTrue();
        assertThat(after.lease()).isNull();
        assertThat(after.leased()).isFalse();
        assertThat(node().lease(key, after.version(), LEASE).lease()).isNotNull();
    }

    @Test
    void anInvalidationEndsALeaseOverAValue() {
        node().put(key, bytes("1"), LIFE);
        SharedRead leased = node().lease(key, read().version(), LEASE);
        node().invalidate(key);
        assertThat(store(leased, "old")).isFalse();
        assertThat(read().value()).isNull();
    }

    @Test
    void aReleasedLeaseIsTheNextOnes() {
        SharedRead first = read();
        node().release(lease(first));
        SharedRead next = read();
        assertThat(next.lease()).isNotNull();
        assertThat(store(first, "old")).isFalse();
        node().release(lease(first));
        assertThat(store(next, "new")).isTrue();

        SharedRead over = node().lease(key, read().version(), LEASE);
        node().release(lease(over));
        SharedRead again = node().lease(
                        key,
                        node().readAll(List.of(key)).getOrDefault(key, over).version(),
                        LEASE);
        assertThat(store(over, "old")).isFalse();
        assertThat(again.value() == null || text(again).equals("new")).isTrue();
    }

    @Test
    void aLeaseOverAFreshValueLeavesNothingBehindWhenItIsReleased() {
        assumeTrue(knowsAge(), "elsewhere a lease takes the value's place");
        node().put(key, bytes("1"), LIFE);
        node().release(lease(node().lease(key, read().version(), LEASE)));
        for (int i = 0; i < 2; i++) {
            SharedRead after = read();
            assertThat(text(after)).isEqualTo("1");
            assertThat(after.age().isFresh()).isTrue();
            assertThat(after.lease()).isNull();
            assertThat(after.leased()).isFalse();
        }
        assertThat(node().lease(key, read().version(), LEASE).lease()).isNotNull();
    }

    @Test
    void releasingALeaseThatWasTakenOverEndsNothing() {
        node().put(key, bytes("1"), LIFE);
        SharedLease dead = lease(node().lease(key, read().version(), LEASE));
        node().takeOver(key, dead.version());
        node().release(dead);
        SharedRead next = node().lease(key, read().version(), LEASE);
        SharedLease won = next.lease();
        if (won != null) {
            assertThat(node().storeIf(won, bytes("2"), LIFE)).isTrue();
            node().release(dead);
            assertThat(text(read())).isEqualTo("2");
        }
        assertThat(node().storeIf(dead, bytes("old"), LIFE)).isFalse();
    }

    @Test
    void aLeaseOnNothingThatIsTakenOverIsTheNextOnes() {
        SharedRead dead = read();
        if (node().takeOver(key, dead.version())) {
            SharedRead next = read();
            assertThat(store(dead, "late")).isFalse();
            assertThat(store(next, "1")).isTrue();
        }
    }

    @Test
    void severalKeysAreLeasedAndStoredTogether() {
        node().put(key + 1, bytes("1"), LIFE);
        SharedLease taken = lease(node().readOrLease(key + 2, LEASE, List.of()));
        node().merge(key + "r", LEASE, before -> bytes("r"));
        Map<String, SharedRead> read =
                node().readOrLeaseAll(List.of(key + 1, key + 2, key + 3, key + 4), LEASE, List.of(key + "r"));
        assertThat(text(read.get(key + 1))).isEqualTo("1");
        assertThat(read.get(key + 2).leased()).isTrue();
        assertThat(read.get(key + 2).lease()).isNull();
        assertThat(read.values()).allSatisfy(each -> assertThat(each.records()).containsOnlyKeys(key + "r"));

        node().invalidate(key + 4);
        List<SharedStore> stores = List.of(
                new SharedStore(taken, bytes("2"), LIFE),
                new SharedStore(lease(read.get(key + 3)), bytes("3"), LIFE),
                new SharedStore(lease(read.get(key + 4)), bytes("old"), LIFE));
        assertThat(node().storeAllIf(stores)).isEqualTo(new SharedStores(Set.of(key + 2, key + 3), Map.of()));
        assertThat(node().readAll(List.of(key + 1, key + 2, key + 3, key + 4)))
                .containsOnlyKeys(key + 1, key + 2, key + 3);
    }

    @Test
    void severalValuesAreLeasedTogether() {
        node().put(key + 1, bytes("1"), LIFE);
        node().put(key + 2, bytes("2"), LIFE);
        Map<String, SharedRead> seen = node().readAll(List.of(key + 1, key + 2));
        node().put(key + 2, bytes("changed"), LIFE);
        Map<String, SharedRead> leased = node().leaseAll(
                        Map.of(
                                key + 1,
                                seen.get(key + 1).version(),
                                key + 2,
                                seen.get(key + 2).version()),
                        LEASE);
        assertThat(node().storeIf(lease(leased.get(key + 1)), bytes("3"), LIFE)).isTrue();
        assertThat(text(node().readOrLease(key + 1, LEASE, List.of()))).isEqualTo("3");
        assertThat(text(leased.get(key + 2))).isEqualTo("changed");
    }

    @Test
    void whatIsKnownToBeOutdatedGoesWithItsLease() {
        node().put(key, bytes("1"), LIFE);
        SharedRead leased = node().lease(key, read().version(), LEASE);
        node().discard(lease(leased));
        assertThat(node().readAll(List.of(key))).isEmpty();
        assertThat(store(leased, "old")).isFalse();
        SharedRead next = read();
        node().put(key, bytes("2"), LIFE);
        node().discard(lease(next));
        assertThat(text(read())).isEqualTo("2");
    }

    @Test
    void severalLeasesAreProlongedAndGivenBackTogether() {
        node().put(key + 1, bytes("1"), LIFE);
        SharedLease over = lease(node().lease(
                        key + 1, node().readAll(List.of(key + 1)).get(key + 1).version(), LEASE));
        SharedLease first = lease(node().readOrLease(key + 2, LEASE, List.of()));
        SharedLease second = lease(node().readOrLease(key + 3, LEASE, List.of()));
        SharedLease lost = lease(node().readOrLease(key + 4, LEASE, List.of()));
        node().invalidate(key + 4);
        assertThat(node().heartbeatAll(List.of(over, first, second, lost), LEASE))
                .containsExactlyInAnyOrder(key + 1, key + 2, key + 3);
        node().releaseAll(List.of(first, second));
        node().discardAll(List.of(over, lost));
        assertThat(node().readOrLeaseAll(List.of(key + 1, key + 2, key + 3, key + 4), LEASE, List.of())
                        .values())
                .allSatisfy(read -> assertThat(read.lease()).isNotNull());
    }

    @Test
    void recordsAreWrittenTogether() {
        node().merge(key + 1, LEASE, before -> bytes("old"));
        node().write(Map.of(key + 1, bytes("1"), key + 2, bytes("2")), LEASE);
        assertThat(node().records(List.of(key + 1, key + 2)))
                .hasSize(2)
                .hasEntrySatisfying(key + 1, record -> assertThat(record).isEqualTo(bytes("1")))
                .hasEntrySatisfying(key + 2, record -> assertThat(record).isEqualTo(bytes("2")));
    }

    @Test
    void recordsAreChangedTogetherEachByItsFunction() throws Exception {
        node().merge(key + 1, LEASE, before -> bytes("a"));
        Map<String, byte[]> merged = node().mergeAll(
                        Map.of(
                                key + 1,
                                before -> bytes(new String(before, UTF_8) + "b"),
                                key + 2,
                                before -> before == null ? bytes("new") : bytes("wrong")),
                        LEASE);
        assertThat(merged).hasSize(2);
        assertThat(node().records(List.of(key + 1, key + 2))).hasSize(2).allSatisfy((name, record) -> {
            assertThat(record).isEqualTo(merged.get(name));
            assertThat(record).isEqualTo(name.equals(key + 1) ? bytes("ab") : bytes("new"));
        });
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            UnaryOperator<byte[]> longer = before -> bytes((before == null ? "" : new String(before, UTF_8)) + "x");
            List<Future<?>> runs = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                runs.add(threads.submit(() -> {
                    for (int j = 0; j < 5; j++) {
                        node().mergeAll(Map.of(key + 3, longer, key + 4, longer), LEASE);
                    }
                }));
            }
            for (Future<?> run : runs) {
                run.get(30, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(node().records(List.of(key + 3, key + 4)))
                .hasSize(2)
                .allSatisfy((name, record) -> assertThat(record).isEqualTo(bytes("x".repeat(20))));
    }

    @Test
    void aLeaseOverAValueIsTakenOverOnce() {
        if (!knowsAge()) {
            return;
        }
        node().put(key, bytes("1"), LIFE);
        SharedRead dead = node().lease(key, read().version(), LEASE);
        assertThat(node().takeOver(key, dead.version())).isTrue();
        assertThat(node().takeOver(key, dead.version())).isFalse();
        SharedRead next = read();
        SharedRead taken = next.lease() != null ? next : node().lease(key, next.version(), LEASE);
        assertThat(store(dead, "late")).isFalse();
        assertThat(store(taken, "2")).isTrue();
    }

    @Test
    void aLeaseEndsByItselfUnlessItsHolderLives() {
        SharedRead first = node().readOrLease(key, Duration.ofSeconds(5), List.of());
        assertThat(node().heartbeat(lease(first), Duration.ofSeconds(60))).isTrue();
        String other = key + "-other";
        node().readOrLease(other, Duration.ofSeconds(5), List.of());
        Awaitility.await()
                .atMost(30, TimeUnit.SECONDS)
                .until(() -> node().readOrLease(other, LEASE, List.of()).lease() != null);
        assertThat(read().leased()).isTrue();
        assertThat(store(first, "v")).isTrue();
        assertThat(node().heartbeat(lease(first), LEASE)).isFalse();
    }

    @Test
    void aValueIsShownPastItsFreshness() {
        node().put(key, bytes("1"), new Lifetime(Duration.ofSeconds(1), Duration.ofMinutes(1)));
        Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> {
            SharedRead read = read();
            return knowsAge() ? !read.age().isFresh() && text(read).equals("1") : read.value() == null;
        });
    }

    @Test
    void readsManyAndTheRecordsBeside() {
        node().put(key + 1, bytes("1"), LIFE);
        node().put(key + 2, bytes("2"), LIFE);
        Map<String, SharedRead> found = node().readAll(List.of(key + 1, key + 2, key + 3));
        assertThat(found).containsOnlyKeys(key + 1, key + 2);
        assertThat(node().readOrLease(key + 3, LEASE, List.of()).lease()).isNotNull();

        node().merge(key + "r", LEASE, before -> before == null ? bytes("a") : bytes("wrong"));
        node().merge(key + "r", LEASE, before -> bytes(new String(before, UTF_8) + "b"));
        SharedRead read = node().readOrLease(key + 1, LEASE, List.of(key + "r", key + "none"));
        assertThat(read.records()).containsOnlyKeys(key + "r");
        assertThat(read.records().get(key + "r")).isEqualTo(bytes("ab"));
    }

    @Test
    void aCounterBeginsSomewhereAndCounts() {
        long first = node().increment(key + "c");
        assertThat(node().increment(key + "c")).isEqualTo(first + 1);
        assertThat(first >>> 32).isPositive();
        assertThat(new String(node().records(List.of(key + "c")).get(key + "c"), UTF_8).strip())
                .isEqualTo(Long.toString(first + 1));
    }

    private SharedRead read() {
        return node().readOrLease(key, LEASE, List.of());
    }

    private boolean store(SharedRead leased, String value) {
        return node().storeIf(lease(leased), bytes(value), LIFE);
    }

    private static SharedLease lease(SharedRead read) {
        assertThat(read.lease()).isNotNull();
        return read.lease();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static String text(SharedRead read) {
        return read.value() == null ? "" : new String(read.value(), UTF_8);
    }
}
