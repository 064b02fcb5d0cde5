package dev.headroom.cache.spi;

import dev.headroom.cache.testing.InMemorySharedTier;
import org.junit.jupiter.api.Tag;

@Tag("one-jdk")
class InMemorySharedTierTest extends SharedNodeContract {
    private final InMemorySharedTier tier = new InMemorySharedTier();

    @Override
    protected SharedNode node() {
        return tier.node("k");
    }

    @Override
    protected boolean knowsAge() {
        return true;
    }
}
