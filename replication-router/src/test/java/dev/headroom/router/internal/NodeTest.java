package dev.headroom.router.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.router.NodeRole;
import dev.headroom.router.NodeSpec;
import dev.headroom.router.spi.Position;
import dev.headroom.router.spi.ReplicationDialect;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;

class NodeTest {
    private final Node node = new Node(NodeSpec.of("p", new JdbcDataSource()));

    @Test
    void positionThatACommitHasToldIsNotForgottenForAnEarlierOne() {
        node.told(new Position(1, 7));
        node.told(new Position(1, 5));
        assertThat(node.newest()).isEqualTo(new Position(1, 7));
    }

    @Test
    void numberOfAnEarlierTimelineIsNotTakenForOneOfALater() {
        node.told(new Position(1, 7));
        node.told(new Position(2, 5));
        node.told(new Position(1, 8));
        assertThat(node.newest()).isEqualTo(new Position(2, 5));
        assertThat(node.hasBeenAt(new Position(2, 6))).isFalse();
        node.answered(new Node.Seen(new ReplicationDialect.Answer(NodeRole.PRIMARY, new Position(3, 4)), 0, 1));
        assertThat(node.newest()).isEqualTo(new Position(3, 4));
    }

    @Test
    void positionThatACommitHasToldIsNotForgottenForOneThatWasToldAtTheSameTime() {
        AtomicLong sequence = new AtomicLong();
        Runnable commits = () -> {
            for (int i = 0; i < 100_000; i++) {
                Position own = new Position(1, sequence.incrementAndGet());
                node.told(own);
                assertThat(node.hasBeenAt(own)).isTrue();
            }
        };
        CompletableFuture<Void> others = CompletableFuture.runAsync(commits);
        commits.run();
        others.join();
    }
}
