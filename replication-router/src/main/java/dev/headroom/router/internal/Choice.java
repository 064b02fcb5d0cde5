package dev.headroom.router.internal;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;

/**
 * Chooses a node by the power of two random choices (Mitzenmacher, 2001): of two at random, the one with fewer units in flight for its weight. A
 * slow node keeps its units longer and so gets fewer of them. One whose probes take much longer than the other's besides counts as if it had so
 * many times more units; small differences say nothing and count for nothing.
 */
final class Choice {
    private static final int MUCH = 4;
    private static final long LITTLE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

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
        return better(nodes.get(first), nodes.get(another(first, count)));
    }

    /** One of the nodes whose bits are set, of which there is at least one. */
    Node of(List<Node> nodes, long bits) {
        int count = Long.bitCount(bits);
        if (count == 1) {
            return nodes.get(Long.numberOfTrailingZeros(bits));
        }
        int first = random.applyAsInt(count);
        return better(nth(nodes, bits, first), nth(nodes, bits, another(first, count)));
    }

    private int another(int than, int count) {
        int other = random.applyAsInt(count - 1);
        return other >= than ? other + 1 : other;
    }

    private static Node nth(List<Node> nodes, long bits, int index) {
        long left = bits;
        for (int i = 0; i < index; i++) {
            left &= left - 1;
        }
        return nodes.get(Long.numberOfTrailingZeros(left));
    }

    private static Node better(Node a, Node b) {
        return load(a, b) <= load(b, a) ? a : b;
    }

    private static double load(Node node, Node other) {
        double load = (node.units().inFlight() + 1) / (double) node.spec().weight();
        long takes = node.latencyNanos();
        long otherTakes = other.latencyNanos();
        return takes > LITTLE_NANOS && takes > MUCH * otherTakes ? load * takes / Math.max(1, otherTakes) : load;
    }
}
