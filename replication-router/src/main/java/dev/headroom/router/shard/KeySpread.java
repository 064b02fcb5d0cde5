package dev.headroom.router.shard;

import dev.headroom.config.Checks;
import dev.headroom.config.ConfigurationException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Which logical database a key belongs to. Must give the same answer on every JVM and for ever, as long as there are rows. Thread-safe.
 */
@FunctionalInterface
public interface KeySpread {
    /**
     * The number of the key's logical database.
     *
     * @param key the key
     * @param databases how many there are
     * @return 1 to {@code databases}
     */
    int databaseOf(String key, int databases);

    /**
     * By hash: MurmurHash3 (x86, 32 bits, seed 0) of the key in UTF-8, unsigned, times the number of databases, divided by 2^32. Even, and
     * what {@link ShardMap} does by itself.
     */
    static KeySpread hash() {
        return (key, databases) -> {
            long hash = Integer.toUnsignedLong(Murmur3.hash(key.getBytes(StandardCharsets.UTF_8)));
            return (int) (hash * databases >>> Integer.SIZE) + 1;
        };
    }

    /**
     * By range: keys are whole numbers, and each range goes from its first number to the next one's. Keeps neighbours together.
     *
     * @param firstToDatabase the first number of each range, and its database
     * @throws ConfigurationException if there is no range; and by the lookup, if a key is no whole number or below the first range
     */
    static KeySpread ranges(Map<Long, Integer> firstToDatabase) {
        NavigableMap<Long, Integer> ranges = new TreeMap<>(firstToDatabase);
        Checks.that(!ranges.isEmpty(), "ranges", "none", "at least one");
        return (key, databases) -> {
            long number;
            try {
                number = Long.parseLong(key);
            } catch (NumberFormatException e) {
                throw new ConfigurationException("key", key, "a whole number");
            }
            Map.Entry<Long, Integer> range = ranges.floorEntry(number);
            if (range == null) {
                throw new ConfigurationException("key", key, ">= " + ranges.firstKey());
            }
            return range.getValue();
        };
    }

    /**
     * By directory: some keys have a database of their own (a big customer, a moved one), the others go by another rule.
     *
     * @param directory looks a key up, empty if it is not listed; asked for every key, so it should answer from memory
     * @param otherwise the rule for the others
     */
    static KeySpread directory(Function<String, OptionalInt> directory, KeySpread otherwise) {
        Checks.present("directory", directory);
        Checks.present("otherwise", otherwise);
        return (key, databases) -> {
            OptionalInt listed = directory.apply(key);
            return listed.isPresent() ? listed.getAsInt() : otherwise.databaseOf(key, databases);
        };
    }
}
