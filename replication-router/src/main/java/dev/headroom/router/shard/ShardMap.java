package dev.headroom.router.shard;

import dev.headroom.config.Checks;
import dev.headroom.config.ConfigurationException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Tells which cluster holds a key. Keys are spread by hash, or as told ({@link KeySpread}), over a fixed number of <em>logical
 * databases</em>, {@code db0001} to {@code db9999} or 16,384 slots, and each of these lies on a cluster; so a cluster is added by moving
 * whole logical databases to it, and no key changes its logical database.
 *
 * <p>The hash is MurmurHash3 (x86, 32 bits, seed 0) of the key in UTF-8, unsigned, times the number of databases, divided by 2^32: the
 * same on every JVM and in every version. The number of databases must therefore never change.
 *
 * <p>Immutable and thread-safe; to move a logical database publish {@link #moved}. The map itself moves no rows; {@link Shards} does.
 *
 * <pre>{@code
 * ShardMap map = ShardMap.builder("db", 9_999).place(1, 5_000, "s1").place(5_001, 9_999, "s2").build();
 * Shard shard = map.locate("customer-17");           // Shard[number=…, database=db…, cluster=s1]
 * }</pre>
 */
public final class ShardMap {
    /** The most logical databases. */
    public static final int MOST_DATABASES = 16_384;

    private final Names names;
    private final KeySpread spread;
    private final String[] clusters;
    private final long version;

    private ShardMap(Names names, KeySpread spread, String[] clusters, long version) {
        this.names = names;
        this.spread = spread;
        this.clusters = clusters;
        this.version = version;
    }

    /**
     * A builder of a map with so many logical databases, each named by the prefix and its number with the digits of the last one.
     *
     * @throws ConfigurationException if the prefix is not a name, or the number is not 1 to {@value #MOST_DATABASES}
     */
    public static Builder builder(String prefix, int databases) {
        return new Builder(Checks.name("prefix", prefix), Checks.between("databases", databases, 1, MOST_DATABASES));
    }

    /** Where a key is. */
    public Shard locate(String key) {
        int number = spread.databaseOf(Checks.present("key", key), clusters.length);
        Checks.between("database of the key", number, 1, clusters.length);
        return shard(number);
    }

    /** All logical databases that lie on a cluster, by their numbers. */
    public List<Shard> on(String cluster) {
        return IntStream.rangeClosed(1, clusters.length)
                .filter(number -> clusters[number - 1].equals(cluster))
                .mapToObj(this::shard)
                .toList();
    }

    /** The clusters that hold something, in the order of their first databases. */
    public List<String> clusters() {
        return Arrays.stream(clusters).distinct().toList();
    }

    /**
     * Where a logical database is.
     *
     * @throws ConfigurationException if there is none of this name
     */
    public Shard database(String name) {
        return shard(names.number(name, clusters.length));
    }

    /** How many logical databases there are. */
    public int databases() {
        return clusters.length;
    }

    /** How often a database was moved since the map was built. */
    public long version() {
        return version;
    }

    /**
     * The map with one logical database on another cluster, and the next version; this one is left as it is.
     *
     * @throws ConfigurationException if there is no such database, or the cluster is not a name
     */
    public ShardMap moved(String database, String cluster) {
        int number = names.number(database, clusters.length);
        String[] changed = clusters.clone();
        changed[number - 1] = Checks.name("cluster", cluster);
        return new ShardMap(names, spread, changed, version + 1);
    }

    private Shard shard(int number) {
        return new Shard(number, names.name(number), clusters[number - 1]);
    }

    @Override
    public String toString() {
        return "ShardMap[" + names.name(1) + " to " + names.name(clusters.length) + ", version=" + version + "]";
    }

    /** How numbers are written. */
    private record Names(String prefix, int digits) {
        String name(int number) {
            String text = Integer.toString(number);
            return prefix + "0".repeat(digits - text.length()) + text;
        }

        int number(String name, int databases) {
            Checks.present("database", name);
            if (name.length() == prefix.length() + digits && name.startsWith(prefix)) {
                String text = name.substring(prefix.length());
                int number = text.chars().allMatch(c -> c >= '0' && c <= '9') ? Integer.parseInt(text) : 0;
                if (number >= 1 && number <= databases) {
                    return number;
                }
            }
            throw new ConfigurationException("database", name, name(1) + " to " + name(databases));
        }
    }

    /** Collects where the logical databases are. Not thread-safe. */
    public static final class Builder {
        private final Names names;
        private final String[] clusters;
        private KeySpread spread = KeySpread.hash();

        private Builder(String prefix, int databases) {
            this.names = new Names(prefix, Integer.toString(databases).length());
            this.clusters = new String[databases];
            Arrays.fill(clusters, "");
        }

        /**
         * Places a range of logical databases, both ends included, on a cluster.
         *
         * @throws ConfigurationException if there is no such range, one of it was placed before, or the cluster is not a name
         */
        public Builder place(int first, int last, String cluster) {
            Checks.name("cluster", cluster);
            Checks.between("last", last, 1, clusters.length);
            Checks.between("first", first, 1, last);
            for (int number = first; number <= last; number++) {
                Checks.that(clusters[number - 1].isEmpty(), "place", names.name(number), "a database not placed yet");
            }
            Arrays.fill(clusters, first - 1, last, cluster);
            return this;
        }

        /** How keys are spread over the logical databases. Default: {@link KeySpread#hash()}. */
        public Builder keys(KeySpread spread) {
            this.spread = Checks.present("keys", spread);
            return this;
        }

        /**
         * The map.
         *
         * @throws ConfigurationException if a logical database was not placed
         */
        public ShardMap build() {
            for (int number = 1; number <= clusters.length; number++) {
                Checks.that(!clusters[number - 1].isEmpty(), "place", names.name(number) + " nowhere", "on a cluster");
            }
            return new ShardMap(names, spread, clusters.clone(), 0);
        }
    }
}
