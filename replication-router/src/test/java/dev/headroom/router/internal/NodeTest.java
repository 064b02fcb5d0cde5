package dev.headroom.router.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.router.NodeSpec;
import dev.headroom.router.spi.Position;
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
        node.told(new Position(2, 6));
        assertThat(node.newest()).isEqualTo(new Position(2, 7));
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
