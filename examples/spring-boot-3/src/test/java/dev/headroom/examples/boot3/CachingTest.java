package dev.headroom.examples.boot3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.cache.spring.HeadroomCacheManager;
import dev.headroom.testkit.MemcachedNode;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.cache.CacheManager;
import org.springframework.context.ConfigurableApplicationContext;

/** Two instances behind one address, on one memcached. */
class CachingTest {
    private static MemcachedNode memcached;
    private static final List<ConfigurableApplicationContext> instances = new ArrayList<>();
    private static final List<HttpClient> clients = new ArrayList<>();

    @BeforeAll
    static void start() {
        memcached = MemcachedNode.start();
        for (int i = 0; i < 2; i++) {
            ConfigurableApplicationContext instance = SpringApplication.run(
                    App.class,
                    "--server.port=0",
                    "--headroom.readiness-grace=0s",
                    "--server.tomcat.basedir=target/tomcat",
                    "--spring.datasource.generate-unique-name=true",
                    "--spring.datasource.url=jdbc:h2:mem:instance" + i,
                    "--memcached.nodes=" + memcached.hostAndPort());
            int port = Integer.parseInt(instance.getEnvironment().getProperty("local.server.port"));
            instances.add(instance);
            clients.add(HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .proxy(ProxySelector.of(new InetSocketAddress("localhost", port)))
                    .build());
        }
    }

    @AfterAll
    static void stop() {
        instances.forEach(ConfigurableApplicationContext::close);
        memcached.close();
    }

    private static CompletableFuture<HttpResponse<String>> send(int instance, String method, String path) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://shop.example" + path))
                .method(method, BodyPublishers.noBody())
                .build();
        return clients.get(instance).sendAsync(request, BodyHandlers.ofString());
    }

    private static String body(CompletableFuture<HttpResponse<String>> response) throws Exception {
        return response.get(30, TimeUnit.SECONDS).body();
    }

    private static int found() {
        return instances.stream()
                .mapToInt(instance -> instance.getBean(Prices.class).found())
                .sum();
    }

    @Test
    void theCacheManagerIsHeadroomsWithoutBeingDeclared() {
        assertThat(instances.get(0).getBean(CacheManager.class)).isInstanceOf(HeadroomCacheManager.class);
    }

    @Test
    void aValueIsFoundOutOnceForBothInstances() throws Exception {
        int before = found();
        List<CompletableFuture<HttpResponse<String>>> callers = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            callers.add(send(i % 2, "GET", "/price?product=lamp"));
        }
        String first = body(callers.get(0));
        for (CompletableFuture<HttpResponse<String>> caller : callers) {
            assertThat(body(caller)).isEqualTo(first).startsWith("lamp costs ");
        }
        assertThat(found()).isEqualTo(before + 1);
        assertThat(body(send(0, "POST", "/price?product=lamp"))).isEqualTo("changed");
        Awaitility.await().until(() -> {
            body(send(1, "GET", "/price?product=lamp"));
            return found() == before + 2;
        });
    }

    @Test
    void aPageIsRenderedOnceForBothInstances() throws Exception {
        String page = body(send(0, "GET", "/front"));
        assertThat(page).isEqualTo("front page 1");
        HttpResponse<String> other = send(1, "GET", "/front").get(30, TimeUnit.SECONDS);
        assertThat(other.body()).isEqualTo(page);
        assertThat(other.headers().firstValue("X-Cache")).hasValue("HIT");
    }
}
