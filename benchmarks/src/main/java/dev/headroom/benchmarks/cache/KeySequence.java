package dev.headroom.benchmarks.cache;

import java.util.Random;

/** Keys as a site asks for them: 10,000 different ones, by Zipf's law with exponent 0.99, the same sequence in every run. */
final class KeySequence {
    static final int KEYS = 10_000;
    private static final int LENGTH = 1 << 16;
    private static final double EXPONENT = 0.99;

    private final String[] all = new String[KEYS];
    private final String[] sequence = new String[LENGTH];
    private int next;

    KeySequence() {
        double[] cumulated = new double[KEYS];
        double sum = 0;
        for (int i = 0; i < KEYS; i++) {
            all[i] = "product:" + i;
            sum += 1 / Math.pow(i + 1, EXPONENT);
            cumulated[i] = sum;
        }
        Random random = new Random(42);
        for (int i = 0; i < LENGTH; i++) {
            int at = java.util.Arrays.binarySearch(cumulated, random.nextDouble() * sum);
            sequence[i] = all[Math.min(KEYS - 1, at < 0 ? -at - 1 : at)];
        }
    }

    String[] all() {
        return all.clone();
    }

    String next() {
        return sequence[next++ & (LENGTH - 1)];
    }
}
