package dev.headroom.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.memcached.Item;
import dev.headroom.memcached.Keys;
import dev.headroom.memcached.Memcached;
import dev.headroom.memcached.MemcachedNode;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CorruptSessionTest {
    @Test
    void aDamagedAttributeIsAbsentAndADamagedSessionIsNewButNothingFails() throws Exception {
        try (LocalMemcached server = LocalMemcached.start();
                Memcached memcached = Memcached.nodes(server.address())
                        .operationTimeout(Duration.ofSeconds(2))
                        .build();
                WebServer web =
                        new TomcatServer(Sessions.builder().memcached(memcached).build())) {
            Browser browser = new Browser();
            browser.get(web, "/set?n=good&v=here");
            browser.get(web, "/set?n=bad&v=there");
            String key =
                    "headroom:v1:" + Keys.sha256(browser.cookie().substring(4)).substring(0, 22);
            MemcachedNode node = memcached.node(key);

            byte[] bytes = node.gets(key)
                    .toCompletableFuture()
                    .get(2, TimeUnit.SECONDS)
                    .map(Item::value)
                    .orElseThrow();
            bytes[bytes.length - 1] ^= 1;
            node.set(key, bytes, Duration.ofMinutes(1)).toCompletableFuture().get(2, TimeUnit.SECONDS);
            assertThat(browser.get(web, "/get?n=bad").body()).isEqualTo("null");
            assertThat(browser.get(web, "/get?n=good").body()).isEqualTo("here");

            node.set(key, "rubbish".getBytes(UTF_8), Duration.ofMinutes(1))
                    .toCompletableFuture()
                    .get(2, TimeUnit.SECONDS);
            assertThat(browser.get(web, "/get?n=good").body()).isEqualTo("no session");
            assertThat(browser.get(web, "/set?n=good&v=again").status()).isEqualTo(200);
            assertThat(browser.get(web, "/get?n=good").body()).isEqualTo("again");
        }
    }
}
