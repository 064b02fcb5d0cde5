package dev.headroom.cache.spi;

import dev.headroom.cache.Connected;
import dev.headroom.cache.memcached.LeaseMode;
import dev.headroom.cache.memcached.MemcachedTier;
import dev.headroom.memcached.Memcached;
import dev.headroom.testkit.MemcachedNode;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

@Tag("one-jdk")
class ClassicTierTest extends SharedNodeContract {
    private static MemcachedNode server;
    private static Memcached memcached;
    private static MemcachedTier tier;

    @BeforeAll
    static void start() {
        server = MemcachedNode.start();
        memcached = Connected.to(server.hostAndPort(), Duration.ofSeconds(5));
        tier = MemcachedTier.on(memcached, LeaseMode.CLASSIC);
    }

    @AfterAll
    static void stop() {
        memcached.close();
        server.close();
    }

    @Override
    protected SharedNode node() {
        return tier.node("k");
    }

    @Override
    protected boolean knowsAge() {
        return false;
    }
}
