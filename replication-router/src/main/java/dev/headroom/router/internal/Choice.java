package dev.headroom.router.internal;

import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * Chooses a node by the power of two random choices: of two at random, the one with fewer units in flight for its weight. A slow node
 * keeps its units longer and so gets fewer of them.
 */
final class Choice {
    private final IntUnaryOperator random;

    Choice(IntUnaryOperator random) {
        this.random = random;
    }

    /** One of the nodes, of which there is at least one. */
    Node of(List<Node> nodes) {
        int count = nodes.size();
        if (count == 1) {
            return nodes.get(0);
        }
        int first = random.applyAsInt(count);
        int second = random.applyAsInt(count - 1);
        Node a = nodes.get(first);
        Node b = nodes.get(second >= first ? second + 1 : second);
        return load(a) <= load(b) ? a : b;
    }

    private static double load(Node node) {
        return (node.inFlight().get() + 1) / (double) node.spec().weight();
    }
}
