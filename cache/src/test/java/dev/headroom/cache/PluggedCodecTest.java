package dev.headroom.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.cache.memcached.MemcachedTier;
import dev.headroom.cache.testing.InMemorySharedTier;
import dev.headroom.codec.Codec;
import dev.headroom.codec.CodecException;
import dev.headroom.codec.Codecs;
import dev.headroom.memcached.Memcached;
import dev.headroom.testkit.MemcachedNode;
import java.io.ObjectInputFilter;
import java.io.Serializable;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Values go to memcached and back by whatever codec a cache is given. */
class PluggedCodecTest {
    /** What is cached. */
    public record Product(String name, int price) implements Serializable {
        private static final long serialVersionUID = 1L;
    }

    /** An application's own. */
    private static final class Own implements Codec {
        private final AtomicInteger encoded = new AtomicInteger();
        private final AtomicInteger decoded = new AtomicInteger();

        @Override
        public String name() {
            return "own";
        }

        @Override
        public byte[] encode(@Nullable Object value) {
            encoded.incrementAndGet();
            if (value instanceof Product product) {
                return (product.price + ":" + product.name).getBytes(UTF_8);
            }
            throw new CodecException("no product");
        }

        @Override
        public Object decode(byte[] bytes, Type type) {
            decoded.incrementAndGet();
            assertThat(type).isEqualTo(Product.class);
            String[] parts = new String(bytes, UTF_8).split(":", 2);
            return new Product(parts[1], Integer.parseInt(parts[0]));
        }
    }

    @Test
    void valuesAreSharedByJavasSerialisationByJsonAndByAnOwnCodec() {
        Own own = new Own();
        try (MemcachedNode server = MemcachedNode.start();
                Memcached memcached = Connected.to(server.hostAndPort(), Duration.ofSeconds(5));
                Caches one = sharing(memcached, own);
                Caches other = sharing(memcached, own)) {
            for (String name : new String[] {"own", "java", "json"}) {
                Product chair = new Product("chair of " + name, 5);
                Cache<String, Product> mine = one.cache(name, String.class, Product.class);
                Cache<String, Product> theirs = other.cache(name, String.class, Product.class);
                assertThat(mine.get("k", key -> chair)).isEqualTo(chair);
                assertThat(theirs.get("k", key -> new Product("not shared", 0))).isEqualTo(chair);
            }
        }
        assertThat(own.encoded).hasValue(1);
        assertThat(own.decoded).hasValue(1);
    }

    @Test
    void valuesOfGenericTypesAreSharedByJson() {
        InMemorySharedTier tier = new InMemorySharedTier();
        ValueType<List<Product>> products = new ValueType<>() {};
        try (Caches one = byJson(tier);
                Caches other = byJson(tier)) {
            List<Product> chairs = List.of(new Product("chair", 5), new Product("stool", 3));
            assertThat(one.cache("c", String.class, products).get("k", key -> chairs))
                    .isEqualTo(chairs);
            assertThat(other.cache("c", String.class, products).get("k", key -> List.of()))
                    .isEqualTo(chairs);
        }
    }

    private static Caches byJson(InMemorySharedTier tier) {
        return Caches.builder()
                .shared(tier)
                .defaults(options -> options.codec(Codecs.json()))
                .build();
    }

    private static Caches sharing(Memcached memcached, Codec own) {
        Codec java = Codecs.java(ObjectInputFilter.Config.createFilter(Product.class.getName() + ";java.lang.String"));
        return Caches.builder()
                .shared(MemcachedTier.on(memcached))
                .cache("own", options -> options.codec(own))
                .cache("java", options -> options.codec(java))
                .cache("json", options -> options.codec(Codecs.json()))
                .build();
    }
}
