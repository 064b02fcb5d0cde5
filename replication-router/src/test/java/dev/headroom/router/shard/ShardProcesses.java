package dev.headroom.router.shard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.testkit.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Two databases, and three processes that move logical databases between them, one of them in a hurry. */
abstract class ShardProcesses {
    static final Duration LONG = Duration.ofSeconds(60);
    static final Duration SHORT = Duration.ofSeconds(1);

    private final Supplier<TestDatabase> databases;
    ShardRig rig;
    Shards here;
    Shards hasty;
    Shards there;

    ShardProcesses(Supplier<TestDatabase> databases) {
        this.databases = databases;
    }

    @BeforeEach
    void start() throws SQLException {
        rig = new ShardRig(databases.get(), databases.get());
        here = rig.process(LONG, Map.of());
        there = rig.process(LONG, Map.of());
        hasty = rig.process(SHORT, Map.of());
        here.install();
    }

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    void requireSeen(List<Long> acknowledged) throws SQLException {
        Set<Long> missing = new TreeSet<>(acknowledged);
        missing.removeAll(ShardRig.seen(there));
        assertThat(missing).isEmpty();
    }
}
