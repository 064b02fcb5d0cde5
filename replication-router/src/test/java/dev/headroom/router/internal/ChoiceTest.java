package dev.headroom.router.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.router.NodeRole;
import dev.headroom.router.NodeSpec;
import dev.headroom.router.spi.Position;
import dev.headroom.router.spi.ReplicationDialect;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
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
            choose(nodes, i).units().began(true);
        }
        return node.units().inFlight();
    }

    /** Both ways to say which nodes there are to choose from. */
    private Node choose(List<Node> nodes, int turn) {
        return turn % 2 == 0 ? choice.of(nodes) : choice.of(nodes, (1L << nodes.size()) - 1);
    }

    private static void probed(Node node, long millis) {
        long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
        node.answered(new Node.Seen(new ReplicationDialect.Answer(NodeRole.REPLICA, Position.NONE), 0, nanos));
    }

    @Test
    void slowNodeThatKeepsItsUnitsGetsNoMore() {
        for (int i = 0; i < 1_000; i++) {
            a.units().began(true);
        }
        for (int i = 0; i < 1_000; i++) {
            assertThat(choose(List.of(a, b), i)).isSameAs(b);
        }
    }

    @Test
    void nodeWhoseProbesTakeMuchLongerGetsAFractionOnly() {
        probed(a, 100);
        probed(b, 5);
        assertThat(given(a, List.of(a, b), 420)).isBetween(18, 22); // 1 of 21
    }

    @Test
    void smallDifferencesOfLatencyCountForNothing() {
        probed(a, 7);
        probed(b, 2);
        assertThat(given(a, List.of(a, b), 300)).isBetween(145, 155);
    }

    @Test
    void onlyNodesWhoseBitsAreSetAreChosen() {
        List<Node> nodes = List.of(a, b, heavy);
        for (int i = 0; i < 1_000; i++) {
            Node chosen = choice.of(nodes, 0b101);
            chosen.units().began(true);
            assertThat(chosen).isNotSameAs(b);
        }
        assertThat(a.units().inFlight()).isPositive();
        assertThat(choice.of(nodes, 0b010)).isSameAs(b);
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
