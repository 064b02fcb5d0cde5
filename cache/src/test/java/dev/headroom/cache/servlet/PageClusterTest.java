package dev.headroom.cache.servlet;

import static dev.headroom.cache.servlet.PageSite.from;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.cache.Connected;
import dev.headroom.cache.memcached.MemcachedTier;
import dev.headroom.memcached.Memcached;
import dev.headroom.testkit.MemcachedNode;
import jakarta.servlet.http.Cookie;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two Tomcats, one of them without a {@code Headroom}, and a Jetty behind one address, on one memcached. */
@Tag("one-jdk")
class PageClusterTest {
    private static final int VISITORS = 60;
    private static MemcachedNode server;
    private static final List<Memcached> clients = new ArrayList<>();
    private static final List<PageCache> caches = new ArrayList<>();
    private static final List<PageSite> sites = new ArrayList<>();

    private final String path = "/p" + UUID.randomUUID();
    private final AtomicInteger renderings = new AtomicInteger();

    @BeforeAll
    static void start() throws Exception {
        server = MemcachedNode.start();
        for (PageSite.Container container :
                List.of(PageSite.Container.TOMCAT, PageSite.Container.TOMCAT, PageSite.Container.JETTY)) {
            Memcached client = Connected.to(server.hostAndPort(), Duration.ofSeconds(5));
            PageCache cache = PageCache.builder()
                    .shared(MemcachedTier.on(client))
                    .waitAtMost(Duration.ofSeconds(20))
                    .caches(builder -> builder.namespace("cluster"))
                    .build();
            clients.add(client);
            caches.add(cache);
            boolean alone = container == PageSite.Container.TOMCAT && sites.isEmpty();
            PageSite site = alone ? PageSite.alone(container, cache) : new PageSite(container, cache);
            sites.add(site.behind("http://shop.example"));
        }
    }

    @AfterAll
    static void stop() throws Exception {
        for (PageSite site : sites) {
            site.close();
        }
        clients.forEach(Memcached::close);
        server.close();
    }

    @BeforeEach
    void forgetFrozen() {
        caches.get(0).thaw("news.example");
    }

    /** Renders the page on whichever instance, the n-th time of all. */
    private void page(PageSite.Page page) {
        sites.forEach(site -> site.page(
                path, (request, response, n) -> page.render(request, response, renderings.incrementAndGet())));
    }

    private void page(String cacheControl) {
        page((request, response, n) -> {
            response.setHeader("Cache-Control", cacheControl);
            response.getWriter().print("page " + n);
        });
    }

    private void everywhere(Consumer<PageSite> check) {
        sites.forEach(check);
    }

    private List<CompletableFuture<HttpResponse<String>>> crowd() {
        List<CompletableFuture<HttpResponse<String>>> crowd = new ArrayList<>();
        for (int i = 0; i < VISITORS; i++) {
            crowd.add(sites.get(i % sites.size()).later(path));
        }
        return crowd;
    }

    private static ConditionFactory eventually() {
        return Awaitility.await().atMost(30, TimeUnit.SECONDS).pollInterval(20, TimeUnit.MILLISECONDS);
    }

    @Test
    void aPageIsRenderedOnceForAllInstances() {
        page("max-age=600");
        HttpResponse<String> first = sites.get(0).get(path);
        assertThat(first.body()).isEqualTo("page 1");
        String tag = first.headers().firstValue("ETag").orElseThrow();
        everywhere(site -> {
            assertThat(site.get(path).body()).isEqualTo("page 1");
            assertThat(from(site.get(path))).isEqualTo("HIT");
            assertThat(site.get(path, "If-None-Match", tag).statusCode()).isEqualTo(304);
        });
        assertThat(renderings).hasValue(1);
    }

    @Test
    void atAnExpiryOneInstanceRendersForTheCrowdAtAll() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        page((request, response, n) -> {
            response.setHeader("Cache-Control", n == 1 ? "max-age=5" : "max-age=600");
            if (n > 1) {
                assertThat(go.await(20, TimeUnit.SECONDS)).isTrue();
            }
            response.getWriter().print("page " + n);
        });
        everywhere(site -> assertThat(site.get(path).body()).isEqualTo("page 1"));
        long expired = System.nanoTime() + Duration.ofMillis(5_100).toNanos();
        eventually().until(() -> System.nanoTime() - expired > 0);
        long waited = caches.stream().mapToLong(PageCache::waited).sum();
        List<CompletableFuture<HttpResponse<String>>> crowd = crowd();
        eventually()
                .until(() -> caches.stream().mapToLong(PageCache::waited).sum() - waited == VISITORS - sites.size());
        go.countDown();
        for (CompletableFuture<HttpResponse<String>> visitor : crowd) {
            assertThat(visitor.get(20, TimeUnit.SECONDS).body()).isEqualTo("page 2");
        }
        assertThat(renderings).hasValue(2);
    }

    @Test
    void anInstanceThatNeverHadAStalePageServesItBeforeOneInstanceRendersTheNew() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        page((request, response, n) -> {
            String control = n == 1 ? "max-age=2, stale-while-revalidate=600" : "max-age=600";
            response.setHeader("Cache-Control", control);
            if (n > 1) {
                assertThat(go.await(20, TimeUnit.SECONDS)).isTrue();
            }
            response.getWriter().print("page " + n);
        });
        sites.get(0).get(path);
        sites.get(1).get(path);
        eventually().until(() -> from(sites.get(1).get(path)).equals("STALE"));
        for (CompletableFuture<HttpResponse<String>> visitor : crowd()) {
            HttpResponse<String> stale = visitor.get(20, TimeUnit.SECONDS);
            assertThat(stale.body()).isEqualTo("page 1");
        }
        HttpResponse<String> cold = sites.get(2).get(path);
        assertThat(cold.body()).isEqualTo("page 1");
        assertThat(from(cold)).isEqualTo("STALE");
        go.countDown();
        everywhere(site -> eventually().until(() -> site.get(path).body().equals("page 2")));
        assertThat(renderings).hasValue(2);
    }

    @Test
    void aStalePageOfAnotherInstanceCoversARenderingThatFails() {
        page((request, response, n) -> {
            if (n > 1) {
                response.sendError(500);
                return;
            }
            response.setHeader("Cache-Control", "max-age=1, stale-if-error=600");
            response.getWriter().print("page " + n);
        });
        sites.get(0).get(path);
        eventually().until(() -> from(sites.get(0).get(path)).equals("STALE"));
        everywhere(site -> {
            assertThat(site.get(path).body()).isEqualTo("page 1");
            assertThat(from(site.get(path))).isEqualTo("STALE");
        });
    }

    @Test
    void variantsAreSharedAndInvalidatedTogether() {
        page((request, response, n) -> {
            response.setHeader("Cache-Control", "max-age=600");
            response.setHeader("Vary", "Accept-Language");
            response.getWriter().print(request.getHeader("Accept-Language") + " " + n);
        });
        assertThat(sites.get(0).get(path, "Accept-Language", "de").body()).isEqualTo("de 1");
        assertThat(sites.get(1).get(path, "Accept-Language", "fr").body()).isEqualTo("fr 2");
        everywhere(site -> {
            assertThat(site.get(path, "Accept-Language", "de").body()).isEqualTo("de 1");
            assertThat(site.get(path, "Accept-Language", "fr").body()).isEqualTo("fr 2");
        });
        assertThat(sites.get(1).send("POST", path, "Accept-Language", "de").statusCode())
                .isEqualTo(200);
        everywhere(site -> eventually()
                .until(() -> site.get(path, "Accept-Language", "fr").body().compareTo("fr 2") > 0));
        assertThat(renderings).hasValue(4);
    }

    @Test
    void whatIsForOneVisitorIsRenderedForEach() {
        page((request, response, n) -> {
            response.setHeader("Cache-Control", "max-age=600");
            response.addCookie(new Cookie("visitor", "v" + n));
            response.getWriter().print("page " + n);
        });
        for (int n = 1; n <= 6; n++) {
            HttpResponse<String> mine = sites.get(n % sites.size()).get(path);
            assertThat(mine.body()).isEqualTo("page " + n);
            assertThat(mine.headers().allValues("Set-Cookie")).containsExactly("visitor=v" + n);
        }
    }

    @Test
    void aSourceFrozenOnOneInstanceIsFrozenOnAll() {
        String visitor = "https://news.example/story";
        page((request, response, n) -> response.getWriter().print("page " + n));
        everywhere(site -> site.get(path, "Referer", visitor));
        int before = renderings.get();
        caches.get(0).freeze("news.example", Duration.ofHours(1));
        everywhere(site -> eventually()
                .until(() -> !from(site.get(path, "Referer", visitor)).equals("PASS")));
        String snapshot = sites.get(0).get(path, "Referer", visitor).body();
        int frozen = renderings.get();
        assertThat(frozen).isGreaterThan(before);
        everywhere(site -> {
            HttpResponse<String> page = site.get(path, "Referer", visitor);
            assertThat(page.body()).isEqualTo(snapshot);
            assertThat(from(page)).isEqualTo("FROZEN");
        });
        assertThat(renderings).hasValue(frozen);
        assertThat(caches.get(2).thaw("news.example")).isTrue();
        everywhere(site -> eventually()
                .until(() -> !from(site.get(path, "Referer", visitor)).equals("FROZEN")));
    }
}
