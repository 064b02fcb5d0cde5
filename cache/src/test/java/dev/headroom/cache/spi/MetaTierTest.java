package dev.headroom.cache.spi;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.cache.Connected;
import dev.headroom.cache.memcached.LeaseMode;
import dev.headroom.cache.memcached.MemcachedTier;
import dev.headroom.memcached.Memcached;
import dev.headroom.testkit.MemcachedNode;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("one-jdk")
class MetaTierTest extends SharedNodeContract {
    private static MemcachedNode server;
    private static Memcached memcached;
    private static MemcachedTier tier;

    @BeforeAll
    static void start() {
        server = MemcachedNode.start();
        memcached = Connected.to(server.hostAndPort(), Duration.ofSeconds(5));
        tier = MemcachedTier.on(memcached, LeaseMode.META);
    }

    @AfterAll
    static void stop() {
        memcached.close();
        server.close();
    }

    @Test
    void aRecordThatOthersKeepChangingIsNoNodeThatIsDown() {
        String record = "r" + UUID.randomUUID();
        Duration kept = Duration.ofMinutes(1);
        AtomicInteger changes = new AtomicInteger();
        assertThatThrownBy(() -> node().merge(record, kept, before -> {
                    node().merge(
                                    record,
                                    kept,
                                    other -> Integer.toString(changes.incrementAndGet())
                                            .getBytes(UTF_8));
                    return new byte[] {'m'};
                }))
                .isInstanceOfSatisfying(
                        SharedTierException.class,
                        failed -> assertThat(failed.reason()).isEqualTo(SharedTierException.Reason.NOT_ASKED));
        assertThat(changes.get()).isGreaterThan(1);
    }

    @Override
    protected SharedNode node() {
        return tier.node("k");
    }

    @Override
    protected boolean knowsAge() {
        return true;
    }
}
