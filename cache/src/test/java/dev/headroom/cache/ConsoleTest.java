package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.Headroom;
import dev.headroom.cache.memcached.MemcachedTier;
import dev.headroom.cache.servlet.PageCache;
import dev.headroom.console.ConsoleAccess;
import dev.headroom.memcached.Memcached;
import dev.headroom.meter.Meters;
import dev.headroom.servlet.WebOptions;
import dev.headroom.testkit.MemcachedNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.apache.catalina.startup.Tomcat;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What the console says of the caches, as its page gets it. */
class ConsoleTest {
    private static String get(int port, String path) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                                .build(),
                        BodyHandlers.ofString())
                .body();
    }

    @Test
    void showsBothTiersAndTheNodes() throws Exception {
        try (MemcachedNode server = MemcachedNode.builder().ownProcess().start();
                Memcached memcached = Connected.to(server.hostAndPort(), Duration.ofSeconds(2));
                Caches caches = Caches.builder()
                        .shared(MemcachedTier.on(memcached))
                        .cache("products", options -> {})
                        .build();
                Caches other =
                        Caches.builder().shared(MemcachedTier.on(memcached)).build();
                Headroom headroom = Headroom.builder("site")
                        .meters(Meters.none())
                        .web(WebOptions.builder()
                                .console(ConsoleAccess.readOnly())
                                .build())
                        .plug(caches)
                        .plug(PageCache.withDefaults())
                        .build()) {
            Tomcat tomcat = new Tomcat();
            tomcat.setBaseDir(Files.createTempDirectory(Files.createDirectories(Path.of("target")), "tomcat-")
                    .toString());
            tomcat.setPort(0);
            tomcat.setSilent(true);
            tomcat.addContext("", null)
                    .addServletContainerInitializer((classes, servlets) -> headroom.register(servlets), Set.of());
            tomcat.getConnector();
            tomcat.start();
            try {
                int port = tomcat.getConnector().getLocalPort();
                other.cache("products", String.class, String.class).get("theirs", key -> "v");
                Cache<String, String> products = caches.cache("products", String.class, String.class);
                products.get("theirs", key -> "not loaded");
                products.get("mine", key -> "v");
                assertThat(get(port, "/console/")).contains("<html");
                String data = get(port, "/console/data");
                assertThat(data)
                        .contains("Shared tier", "[\"" + server.hostAndPort() + "\",\"reached\",\"up\",\"0\"]")
                        .contains(
                                "In the shared tier",
                                "[\"products\",\"50.0 %\",\"1\",\"1\",\"0\",\"1\",\"0\",\"0\",\"0\"]")
                        .contains("Page cache");
                server.kill();
                products.invalidate("mine");
                Awaitility.await()
                        .until(() -> get(port, "/console/data")
                                .contains("[\"" + server.hostAndPort() + "\",\"unreachable\","));
                assertThat(get(port, "/console/data")).contains("pending invalidations");
            } finally {
                tomcat.stop();
                tomcat.destroy();
            }
        }
    }
}
