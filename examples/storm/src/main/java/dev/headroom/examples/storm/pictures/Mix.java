package dev.headroom.examples.storm.pictures;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How many of each kind a run of pictures contains. Immutable.
 *
 * <p>The kinds are spread evenly, so that a short run already meets all of them; the sum of the weights is the length after
 * which the order repeats.
 */
public final class Mix {
    private static final int LONGEST = 10_000;

    private final List<Variety> cycle;

    private Mix(Map<Variety, Integer> weights) {
        this.cycle = spread(weights);
    }

    /** Of 50 pictures 20 plain JPEGs, 12 rotated, 4 CMYK, 4 greyscale, 3 progressive, 3 PNGs, 2 with alpha, 2 with palettes. */
    public static Mix standard() {
        return parse("jpeg=20,rotated=12,cmyk=4,greyscale=4,progressive=3,png=3,alpha=2,palette=2");
    }

    /**
     * Reads weights such as {@code jpeg=8,rotated=8,png=1}; a kind that is not named does not occur.
     *
     * @throws IllegalArgumentException if a kind is unknown, a weight is not a number from 0 on, or all are 0
     */
    public static Mix parse(String text) {
        Map<Variety, Integer> weights = new EnumMap<>(Variety.class);
        for (String part : text.split(",", -1)) {
            String[] pair = part.split("=", -1);
            if (pair.length != 2) {
                throw refused(text);
            }
            try {
                Variety variety = Variety.valueOf(pair[0].strip().toUpperCase(Locale.ROOT));
                weights.merge(variety, Integer.parseUnsignedInt(pair[1].strip()), Integer::sum);
            } catch (IllegalArgumentException e) {
                throw refused(text);
            }
        }
        long total = weights.values().stream().mapToLong(Integer::longValue).sum();
        if (total < 1 || total > LONGEST || Collections.min(weights.values()) < 0) {
            throw refused(text);
        }
        return new Mix(weights);
    }

    Variety varietyAt(int index) {
        return cycle.get(index % cycle.size());
    }

    /** How many pictures of the same kind come before this one. */
    int rankAt(int index) {
        Variety variety = varietyAt(index);
        int place = index % cycle.size();
        int before = Collections.frequency(cycle.subList(0, place), variety);
        return index / cycle.size() * Collections.frequency(cycle, variety) + before;
    }

    /** Smooth weighted round robin: each turn every kind gains its weight, and the richest one pays the total. */
    private static List<Variety> spread(Map<Variety, Integer> weights) {
        int total = weights.values().stream().mapToInt(Integer::intValue).sum();
        Map<Variety, Integer> credit = new EnumMap<>(Variety.class);
        List<Variety> cycle = new ArrayList<>(total);
        while (cycle.size() < total) {
            weights.forEach((variety, weight) -> credit.merge(variety, weight, Integer::sum));
            Variety richest = Collections.max(credit.entrySet(), Map.Entry.comparingByValue())
                    .getKey();
            credit.merge(richest, -total, Integer::sum);
            cycle.add(richest);
        }
        return List.copyOf(cycle);
    }

    private static IllegalArgumentException refused(String text) {
        String kinds = Arrays.toString(Variety.values()).toLowerCase(Locale.ROOT);
        return new IllegalArgumentException(
                "mix: \"%s\" (expected: kind=weight,… with kinds of %s and weights that sum up to 1 … %d)"
                        .formatted(text, kinds, LONGEST));
    }

    @Override
    public String toString() {
        Map<Variety, Integer> weights = new EnumMap<>(Variety.class);
        cycle.forEach(variety -> weights.merge(variety, 1, Integer::sum));
        return weights.toString().toLowerCase(Locale.ROOT);
    }
}
