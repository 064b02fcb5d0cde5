package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.consistency.ConsistencyToken;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A token from outside that tells of several clusters, about which not all is known here. */
class AdmitManyTest {
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    /** What asks all clusters' primaries is answered only when all are asked. */
    @Test
    void primariesAreAskedAllAtOnce() throws Exception {
        int many = 3;
        CountDownLatch[] asked = {new CountDownLatch(0)};
        List<ReplicaRouter> routers = new ArrayList<>();
        for (int cluster = 0; cluster < many; cluster++) {
            LaggingPair pair = new LaggingPair("at-once-" + cluster, Duration.ofMinutes(5)) {
                @Override
                public Answer probe(Asked node, Connection connection) throws SQLException {
                    if (node.name().equals("p")) {
                        CountDownLatch all = asked[0];
                        all.countDown();
                        try {
                            if (!all.await(60, TimeUnit.SECONDS)) {
                                throw new SQLException("the others are not asked");
                            }
                        } catch (InterruptedException e) {
                            throw new SQLException(e);
                        }
                    }
                    return super.probe(node, connection);
                }
            };
            open.add(pair);
            routers.add(pair.router);
        }
        Routers all = Routers.of(routers.get(0), routers.get(1), routers.get(2));
        asked[0] = new CountDownLatch(many);
        String forged = IntStream.range(0, many)
                .mapToObj(cluster -> (cluster == 0 ? "~+" : "~") + "at-once-" + cluster + ":1:7ffffffffffffff0")
                .collect(Collectors.joining("", "v1", ""));
        assertThat(all.admit(forged).value()).isEqualTo("v1~+at-once-0:1:1~at-once-1:1:1~at-once-2:1:1");
    }

    /** As long as no database has answered, nobody knows of which kind each is. */
    @Test
    void positionsAreKeptAsTheyAreWhileNoDatabaseHasAnswered() {
        int many = 12;
        List<ReplicaRouter> routers = new ArrayList<>();
        for (int cluster = 0; cluster < many; cluster++) {
            ReplicaRouterBuilder builder = ReplicaRouter.builder("shard-" + (10 + cluster));
            for (String node : List.of("p", "r")) {
                NodeSpec spec =
                        NodeSpec.of(node, new JdbcDataSource()).probe("jdbc:postgresql://localhost:1/x", "", "");
                builder = node.equals("p") ? builder.primary(spec) : builder.replica(spec);
            }
            ReplicaRouter router = builder.build();
            open.add(router);
            routers.add(router);
        }
        Routers all = Routers.of(routers.get(0), routers.subList(1, many).toArray(new ReplicaRouter[0]));
        ConsistencyToken token = new ConsistencyToken(IntStream.range(0, many)
                .mapToObj(cluster -> "~shard-" + (10 + cluster) + ":p1:14fc0000")
                .collect(Collectors.joining("", "v1", "")));
        assertThat(all.admit(token.value())).isEqualTo(token);
    }
}
