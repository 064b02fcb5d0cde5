package dev.headroom.memcached.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RendezvousTest {
    private static final int KEYS = 30_000;

    @Test
    void spreadsKeysEvenly() {
        Map<String, Integer> counts = new HashMap<>();
        List<Rendezvous.Scored<String>> nodes = nodes("a", "b", "c");
        for (int i = 0; i < KEYS; i++) {
            counts.merge(Rendezvous.first(nodes, Rendezvous.hash("key" + i)), 1, Integer::sum);
        }
        assertThat(counts.values()).allSatisfy(count -> assertThat(count).isBetween(9_500, 10_500));
    }

    @Test
    void movesOnlyTheKeysOfTheNodeThatComes() {
        List<Rendezvous.Scored<String>> before = nodes("a", "b", "c");
        List<Rendezvous.Scored<String>> after = nodes("a", "b", "c", "d");
        int moved = 0;
        for (int i = 0; i < KEYS; i++) {
            long hash = Rendezvous.hash("key" + i);
            String now = Rendezvous.first(after, hash);
            if (!now.equals(Rendezvous.first(before, hash))) {
                assertThat(now).isEqualTo("d");
                moved++;
            }
        }
        assertThat(moved).isBetween(7_000, 8_000);
    }

    @Test
    void ranksCopiesWithTheFirstChoiceFirst() {
        List<Rendezvous.Scored<String>> nodes = nodes("a", "b", "c");
        for (int i = 0; i < 100; i++) {
            List<String> two = Rendezvous.best(nodes, "key" + i, 2);
            assertThat(two).hasSize(2).doesNotHaveDuplicates();
            assertThat(two.get(0)).isEqualTo(Rendezvous.first(nodes, Rendezvous.hash("key" + i)));
        }
        assertThat(Rendezvous.best(nodes, "key", 9)).hasSize(3);
    }

    private static List<Rendezvous.Scored<String>> nodes(String... ids) {
        List<Rendezvous.Scored<String>> nodes = new ArrayList<>();
        for (String id : ids) {
            nodes.add(Rendezvous.Scored.of(id, id));
        }
        return nodes;
    }
}
