package dev.headroom.router.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.router.Dialects;
import dev.headroom.router.NodeRole;
import dev.headroom.router.spi.ReplicationDialect;
import dev.headroom.testkit.PostgresCluster;
import dev.headroom.testkit.PostgresNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A standby changes what it follows, and with that the timeline that its name stands for. */
@Tag("one-jdk")
class PostgresTimelineTest {
    private final ReplicationDialect always = Dialects.postgres();
    private final ReplicationDialect seldom = Dialects.postgres();

    @Test
    void standbyThatIsBuiltAnewIsNotTakenForWhatItWas() throws Exception {
        try (PostgresCluster cluster = PostgresCluster.builder().standbys(2).start()) {
            PostgresNode old = cluster.primary();
            PostgresNode promoted = cluster.standbys().get(0);
            PostgresNode standby = cluster.standbys().get(1);
            assertThat(timeline(always, standby)).isEqualTo(1);

            promoted.promote();
            standby.follow(promoted);
            standby.waitUntilCaughtUp();
            for (ReplicationDialect dialect : List.of(always, seldom)) {
                assertThat(timeline(dialect, standby)).isEqualTo(2);
            }
            standby.cutStream(); // it is the same nevertheless
            assertThat(timeline(always, standby)).isEqualTo(2);
            standby.restoreStream();

            standby.follow(old); // by a copy, since it has replayed what that never had
            assertThat(timeline(always, standby)).as("while it streams").isEqualTo(1);
            old.kill();
            for (ReplicationDialect dialect : List.of(always, seldom)) {
                assertThat(timeline(dialect, standby)).as("without a stream").isEqualTo(1);
            }
        }
    }

    private static long timeline(ReplicationDialect dialect, PostgresNode node) throws SQLException {
        try (Connection connection = node.dataSource().getConnection()) {
            ReplicationDialect.Answer answer =
                    dialect.probe(new ReplicationDialect.Asked("r1", false, false), connection);
            assertThat(answer.role()).isEqualTo(NodeRole.REPLICA);
            return answer.position().timeline();
        }
    }
}
