package dev.headroom.flags.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class BucketingTest {
    private static final int SUBJECTS = 100_000;

    /** Users would change sides if one of these ever changed. */
    @ParameterizedTest
    @CsvSource({"search-v2, alice, 29182", "search-v2, bob, 84576", "new-cart, alice, 74687", "new-cart, Zoë, 84670"})
    void keepsEverySubjectInItsBucket(String seed, String subject, int bucket) {
        assertThat(bucket(seed, subject)).isEqualTo(bucket);
    }

    static Stream<IntFunction<String>> shapesOfIdentifiers() {
        return Stream.of(
                Integer::toString, i -> "user-" + i + "@shop.example", i -> Long.toHexString(i * 0x9E3779B97F4A7C15L));
    }

    @ParameterizedTest
    @MethodSource("shapesOfIdentifiers")
    void spreadsSubjectsEvenly(IntFunction<String> id) {
        int[] tenths = new int[10];
        for (int i = 0; i < SUBJECTS; i++) {
            tenths[bucket("even", id.apply(i)) / (Bucketing.BUCKETS / 10)]++;
        }
        double expected = SUBJECTS / 10.0;
        double chiSquare = 0;
        for (int count : tenths) {
            chiSquare += (count - expected) * (count - expected) / expected;
        }
        assertThat(chiSquare)
                .as("chi-square with 9 degrees of freedom, p = 0.001")
                .isLessThan(27.9);
    }

    @ParameterizedTest
    @MethodSource("shapesOfIdentifiers")
    void makesTwoFlagsIndependent(IntFunction<String> id) {
        for (int pair = 0; pair < 20; pair++) {
            int both = 0;
            for (int i = 0; i < SUBJECTS; i++) {
                boolean one = bucket("flag-" + pair, id.apply(i)) < Bucketing.BUCKETS / 10;
                boolean other = bucket("flag-" + (pair + 1), id.apply(i)) < Bucketing.BUCKETS / 10;
                both += one && other ? 1 : 0;
            }
            assertThat(both / (SUBJECTS * 0.01)).as("lift of pair %s", pair).isCloseTo(1.0, within(0.15));
        }
    }

    @Test
    void staysInsideItsBounds() {
        for (long bits : new long[] {0, -1, 1, Long.MIN_VALUE, Long.MAX_VALUE}) {
            assertThat(Bucketing.bucket(bits, bits)).isBetween(0, Bucketing.BUCKETS - 1);
        }
    }

    private static int bucket(String seed, String subject) {
        return Bucketing.bucket(Bucketing.hash(seed), Bucketing.hash(subject));
    }
}
