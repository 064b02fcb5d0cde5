package dev.headroom.cache.memcached;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.cache.Connected;
import dev.headroom.cache.spi.Lifetime;
import dev.headroom.cache.spi.SharedLease;
import dev.headroom.cache.spi.SharedNode;
import dev.headroom.memcached.Memcached;
import dev.headroom.memcached.MemcachedNode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A sign of life that comes when another value has taken the lease's place. */
@Tag("one-jdk")
class HeartbeatTest {
    private static final Duration LEASE = Duration.ofSeconds(2);

    @Test
    void leavesTheTimeToLiveOfAnotherValueAsItWas() {
        try (dev.headroom.testkit.MemcachedNode server = dev.headroom.testkit.MemcachedNode.start();
                Memcached memcached = Connected.to(server.hostAndPort(), Duration.ofSeconds(5))) {
            MemcachedNode real = memcached.nodes().get(0);
            SharedNode node = new MetaNode(real);
            SharedLease lease = node.readOrLease("k", LEASE, List.of()).lease();
            assertThat(lease).isNotNull();
            node.put("k", "new".getBytes(UTF_8), new Lifetime(Duration.ofMinutes(10), Duration.ZERO));
            assertThat(node.heartbeatAll(List.of(lease), LEASE)).isEmpty();
            assertThat(Answers.of(real.metaGet("k", "t")).number('t').orElseThrow())
                    .isGreaterThan(300);
        }
    }
}
