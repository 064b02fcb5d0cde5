package dev.headroom.router.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.router.NodeSpec;
import java.util.List;
import java.util.Random;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;

class ChoiceTest {
    private final long seed = System.nanoTime();
    private final Choice choice = new Choice(new Random(seed)::nextInt);
    private final Node a = new Node(NodeSpec.of("a", new JdbcDataSource()));
    private final Node b = new Node(NodeSpec.of("b", new JdbcDataSource()));
    private final Node heavy =
            new Node(NodeSpec.of("heavy", new JdbcDataSource()).weight(2));

    /** Gives units without ending them and returns how many the node got. */
    private int given(Node node, List<Node> nodes, int units) {
        System.out.println("seed " + seed);
        for (int i = 0; i < units; i++) {
            choice.of(nodes).inFlight().incrementAndGet();
        }
        return node.inFlight().get();
    }

    @Test
    void slowNodeThatKeepsItsUnitsGetsNoMore() {
        a.inFlight().set(1_000);
        for (int i = 0; i < 1_000; i++) {
            assertThat(choice.of(List.of(a, b))).isSameAs(b);
        }
    }

    @Test
    void unitsInFlightFollowTheWeights() {
        assertThat(given(heavy, List.of(a, heavy), 300)).isBetween(195, 205);
    }

    @Test
    void equalNodesGetEqualShares() {
        assertThat(given(a, List.of(a, b), 300)).isBetween(145, 155);
    }
}
