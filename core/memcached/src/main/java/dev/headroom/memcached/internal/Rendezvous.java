package dev.headroom.memcached.internal;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Highest-random-weight placement (Thaler and Ravishankar, 1998): every node gets a score for the key, the highest wins. The scores are
 * FNV-1a hashes mixed by MurmurHash3's 64-bit finaliser; they must never change, or every key moves.
 */
final class Rendezvous {
    private Rendezvous() {}

    static <N> List<N> best(List<Scored<N>> nodes, String key, int copies) {
        long keyHash = hash(key);
        if (copies == 1) {
            return List.of(first(nodes, keyHash));
        }
        List<Scored<N>> sorted = new ArrayList<>(nodes);
        sorted.sort(Comparator.comparingLong((Scored<N> node) -> score(node, keyHash))
                .reversed());
        return sorted.stream().limit(copies).map(Scored::node).toList();
    }

    static <N> N first(List<Scored<N>> nodes, long keyHash) {
        Scored<N> best = nodes.get(0);
        long bestScore = score(best, keyHash);
        for (int i = 1; i < nodes.size(); i++) {
            long score = score(nodes.get(i), keyHash);
            if (score > bestScore) {
                best = nodes.get(i);
                bestScore = score;
            }
        }
        return best.node;
    }

    static long hash(String text) {
        long hash = 0xcbf29ce484222325L;
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
        }
        return mix(hash);
    }

    private static long score(Scored<?> node, long keyHash) {
        return mix(node.hash ^ keyHash);
    }

    private static long mix(long h) {
        h ^= h >>> 33;
        h *= 0xff51afd7ed558ccdL;
        h ^= h >>> 33;
        h *= 0xc4ceb9fe1a85ec53L;
        return h ^ (h >>> 33);
    }

    record Scored<N>(N node, long hash) {
        static <N> Scored<N> of(N node, String id) {
            return new Scored<>(node, Rendezvous.hash(id));
        }
    }
}
