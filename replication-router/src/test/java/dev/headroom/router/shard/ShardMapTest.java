package dev.headroom.router.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.config.ConfigurationException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ShardMapTest {
    private static final ShardMap MAP = ShardMap.builder("db", 9_999)
            .place(1, 5_000, "s1")
            .place(5_001, 9_999, "s2")
            .build();

    private static int hash(String text) {
        return Murmur3.hash(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void hashIsTheStandardOne() {
        // Published values of MurmurHash3_x86_32 with seed 0.
        assertThat(hash("")).isZero();
        assertThat(hash("test")).isEqualTo(0xba6bd213);
        assertThat(hash("Hello, world!")).isEqualTo(0xc0363e43);
        assertThat(hash("The quick brown fox jumps over the lazy dog")).isEqualTo(0x2e4ff723);
    }

    @Test
    void keysAreSpreadEvenlyOverAllDatabases() {
        int[] keys = new int[9_999];
        for (int i = 0; i < 999_900; i++) {
            keys[MAP.locate("customer-" + i).number() - 1]++;
        }
        Arrays.sort(keys);
        assertThat(keys[0]).isGreaterThan(50); // 100 on average; for a fair hash 5 standard deviations
        assertThat(keys[9_998]).isLessThan(150);
    }

    @Test
    void databaseIsFoundByItsName() {
        assertThat(MAP.database("db0001")).isEqualTo(new Shard(1, "db0001", "s1"));
        assertThat(MAP.database("db5000").cluster()).isEqualTo("s1");
        assertThat(MAP.database("db5001").cluster()).isEqualTo("s2");
        assertThat(MAP.database("db9999")).isEqualTo(new Shard(9_999, "db9999", "s2"));
        Shard located = MAP.locate("customer-17");
        assertThat(MAP.database(located.database())).isEqualTo(located);
    }

    @Test
    void moveChangesOneDatabaseAndNoKeysDatabase() {
        Shard before = MAP.locate("customer-17");
        ShardMap after = MAP.moved(before.database(), "s3");
        assertThat(after.locate("customer-17")).isEqualTo(new Shard(before.number(), before.database(), "s3"));
        assertThat(after.version()).isEqualTo(MAP.version() + 1);
        assertThat(MAP.locate("customer-17")).isEqualTo(before);
        for (int i = 0; i < 1_000; i++) {
            Shard other = MAP.locate("other-" + i);
            if (other.number() != before.number()) {
                assertThat(after.locate("other-" + i)).isEqualTo(other);
            }
        }
    }

    @Test
    void clustersTellWhatIsOnThem() {
        assertThat(MAP.clusters()).containsExactly("s1", "s2");
        assertThat(MAP.on("s1")).hasSize(5_000).first().isEqualTo(new Shard(1, "db0001", "s1"));
        assertThat(MAP.on("s3")).isEmpty();
    }

    @Test
    void keysAreFoundByRangeAndByDirectory() {
        ShardMap ranges = ShardMap.builder("db", 3)
                .place(1, 3, "s1")
                .keys(KeySpread.ranges(Map.of(0L, 1, 1_000L, 2, 5_000L, 3)))
                .build();
        assertThat(ranges.locate("0").number()).isEqualTo(1);
        assertThat(ranges.locate("999").number()).isEqualTo(1);
        assertThat(ranges.locate("1000").number()).isEqualTo(2);
        assertThat(ranges.locate("99999999").number()).isEqualTo(3);
        assertThatThrownBy(() -> ranges.locate("-1")).hasMessage("key: -1 (expected: >= 0)");
        assertThatThrownBy(() -> ranges.locate("x")).hasMessage("key: x (expected: a whole number)");
        Map<String, Integer> big = Map.of("whale", 9_999, "lost", 10_000);
        ShardMap directory = ShardMap.builder("db", 9_999)
                .place(1, 9_999, "s1")
                .keys(KeySpread.directory(
                        key -> big.containsKey(key) ? OptionalInt.of(big.get(key)) : OptionalInt.empty(),
                        KeySpread.hash()))
                .build();
        assertThat(directory.locate("whale").database()).isEqualTo("db9999");
        assertThat(directory.locate("customer-17").number())
                .isEqualTo(MAP.locate("customer-17").number());
        assertThatThrownBy(() -> directory.locate("lost"))
                .hasMessage("database of the key: 10000 (expected: 1 to 9999)");
    }

    @Test
    void unknownDatabasesAreRefused() {
        for (String name : new String[] {"db0000", "db10000", "db1", "xx0001", "db00x1", "", "db+001"}) {
            assertThatThrownBy(() -> MAP.database(name))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessage("database: " + name + " (expected: db0001 to db9999)");
        }
    }

    @Test
    void gapsAndOverlapsAreRefused() {
        assertThatThrownBy(() -> ShardMap.builder("db", 9).place(1, 8, "s1").build())
                .hasMessage("place: db9 nowhere (expected: on a cluster)");
        assertThatThrownBy(() -> ShardMap.builder("db", 9).place(1, 5, "s1").place(5, 9, "s2"))
                .hasMessage("place: db5 (expected: a database not placed yet)");
        assertThatThrownBy(() -> ShardMap.builder("db", 9).place(1, 10, "s1"))
                .hasMessage("last: 10 (expected: 1 to 9)");
        assertThatThrownBy(() -> ShardMap.builder("db", 16_385)).hasMessage("databases: 16385 (expected: 1 to 16384)");
    }
}
