package dev.headroom.cache.servlet;

import static dev.headroom.cache.servlet.PageSite.from;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.cache.CacheMode;
import dev.headroom.cache.testing.InMemorySharedTier;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.Cookie;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Which pages the page cache keeps in a container, for whom, and for how long. */
abstract class PageCacheContract extends PageContract {
    @Test
    void rendersAPageOncePerExpiry() {
        site.page("/a", "max-age=60, public");
        HttpResponse<String> first = site.get("/a");
        assertThat(first.body()).isEqualTo("/a 1");
        assertThat(from(first)).isEqualTo("MISS");
        pass(Duration.ofSeconds(59));
        HttpResponse<String> second = site.get("/a?utm_source=mail");
        assertThat(second.body()).isEqualTo("/a 1");
        assertThat(from(second)).isEqualTo("HIT");
        assertThat(second.headers().firstValue("Age")).hasValue("59");
        assertThat(second.headers().firstValue("Content-Type").orElse("")).containsIgnoringCase("charset=utf-8");
        assertThat(second.headers().firstValue("Cache-Control")).hasValue("max-age=60, public");
        assertThat(site.get("/a?page=2").body()).isEqualTo("/a 2");
        pass(Duration.ofSeconds(2));
        assertThat(site.get("/a").body()).isEqualTo("/a 3");
    }

    @Test
    void rendersOnceForFiftyVisitors() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        site.page("/a", (request, response, n) -> {
            response.setHeader("Cache-Control", "max-age=60");
            go.await(20, TimeUnit.SECONDS);
            response.getWriter().print("page " + n);
        });
        List<CompletableFuture<HttpResponse<String>>> visitors =
                IntStream.range(0, 50).mapToObj(i -> site.later("/a")).toList();
        Awaitility.await().until(() -> site.renderings("/a") == 1 && coalesced() >= 49);
        go.countDown();
        for (CompletableFuture<HttpResponse<String>> visitor : visitors) {
            assertThat(visitor.get(20, TimeUnit.SECONDS).body()).isEqualTo("page 1");
        }
        assertThat(site.renderings("/a")).isEqualTo(1);
    }

    private int coalesced() {
        return (int) cache.waited();
    }

    @Test
    void neverKeepsWhatIsNotForAll() {
        site.page("/private", "private, max-age=60")
                .page("/no-store", "no-store")
                .page("/no-cache", "no-cache, max-age=9");
        site.page("/expired", "max-age=0")
                .page("/silent", (request, response, n) -> response.getWriter().print("/silent " + n));
        site.page("/cookie", (request, response, n) -> {
            response.setHeader("Cache-Control", "max-age=60");
            response.addCookie(new Cookie("visitor", "v" + n));
            response.getWriter().print("/cookie " + n);
        });
        site.page("/header", (request, response, n) -> {
            response.setHeader("Cache-Control", "max-age=60");
            response.addHeader("Set-Cookie", "visitor=v" + n);
            response.getWriter().print("/header " + n);
        });
        site.page("/session", (request, response, n) -> {
            response.setHeader("Cache-Control", "max-age=60");
            request.getSession().setAttribute("n", n);
            response.getWriter().print("/session " + n);
        });
        site.page("/star", (request, response, n) -> {
            response.setHeader("Cache-Control", "max-age=60");
            response.setHeader("Vary", "*");
            response.getWriter().print("/star " + n);
        });
        for (String path : List.of(
                "/private",
                "/no-store",
                "/no-cache",
                "/expired",
                "/silent",
                "/cookie",
                "/header",
                "/session",
                "/star")) {
            for (int n = 1; n <= 3; n++) {
                assertThat(site.get(path).body()).isEqualTo(path + " " + n);
            }
        }
        assertThat(site.get("/cookie").headers().allValues("Set-Cookie")).containsExactly("visitor=v4");
        assertThat(site.get("/header").headers().allValues("Set-Cookie")).containsExactly("visitor=v4");
        cache.clear();
        assertThat(site.get("/cookie").headers().allValues("Set-Cookie")).containsExactly("visitor=v5");
        assertThat(site.get("/header").headers().allValues("Set-Cookie")).containsExactly("visitor=v5");
    }

    @Test
    void nobodyWaitsForAPageThatCannotBeKept() throws Exception {
        CountDownLatch both = new CountDownLatch(2);
        site.page("/mine", (request, response, n) -> {
            response.setHeader("Cache-Control", "private");
            if (n > 1) {
                both.countDown();
                assertThat(both.await(20, TimeUnit.SECONDS)).isTrue();
            }
            response.getWriter().print("mine " + n);
        });
        assertThat(site.get("/mine").body()).isEqualTo("mine 1");
        CompletableFuture<HttpResponse<String>> one = site.later("/mine");
        CompletableFuture<HttpResponse<String>> other = site.later("/mine");
        assertThat(List.of(
                        one.get(20, TimeUnit.SECONDS).body(),
                        other.get(20, TimeUnit.SECONDS).body()))
                .containsExactlyInAnyOrder("mine 2", "mine 3");
    }

    @Test
    void goesToTheApplicationForWhoeverMayBeLoggedIn() {
        site.page("/a", "max-age=60");
        assertThat(site.get("/a").body()).isEqualTo("/a 1");
        assertThat(site.get("/a", "Authorization", "Bearer x").body()).isEqualTo("/a 2");
        assertThat(site.get("/a", "Cookie", "JSESSIONID=abc").body()).isEqualTo("/a 3");
        assertThat(site.get("/a").body()).isEqualTo("/a 1");
    }

    @Test
    void givesPagesToTheLoggedInWhenAsked() throws Exception {
        site.close();
        start(options().loggedInToo(true));
        site.page("/a", "max-age=60").page("/b", "public, max-age=60");
        assertThat(site.get("/a", "Authorization", "Bearer x").body()).isEqualTo("/a 1");
        assertThat(site.get("/a").body()).isEqualTo("/a 2");
        assertThat(site.get("/b", "Authorization", "Bearer x").body()).isEqualTo("/b 1");
        assertThat(site.get("/b", "Authorization", "Bearer y").body()).isEqualTo("/b 1");
    }

    @Test
    void keepsOnePageForEachVariant() {
        site.page("/a", (request, response, n) -> {
            response.setHeader("Cache-Control", "max-age=60");
            response.setHeader("Vary", "Accept-Language");
            response.getWriter().print(request.getHeader("Accept-Language") + " " + n);
        });
        assertThat(site.get("/a", "Accept-Language", "de").body()).isEqualTo("de 1");
        assertThat(site.get("/a", "Accept-Language", "fr").body()).isEqualTo("fr 2");
        assertThat(site.get("/a", "Accept-Language", "de").body()).isEqualTo("de 1");
        assertThat(site.get("/a", "Accept-Language", "fr").body()).isEqualTo("fr 2");
        cache.invalidate(site.address("/a"));
        assertThat(site.get("/a", "Accept-Language", "de").body()).isEqualTo("de 3");
        assertThat(site.get("/a", "Accept-Language", "fr").body()).isEqualTo("fr 4");
    }

    @Test
    void sendsTheStalePageBeforeItRendersTheNew() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        site.page("/a", (request, response, n) -> {
            response.setHeader("Cache-Control", "max-age=60, stale-while-revalidate=30");
            if (n == 2) {
                go.await(20, TimeUnit.SECONDS);
            }
            response.getWriter().print("page " + n);
        });
        assertThat(site.get("/a").body()).isEqualTo("page 1");
        pass(Duration.ofSeconds(70));
        HttpResponse<String> stale = site.get("/a");
        assertThat(stale.body()).isEqualTo("page 1");
        assertThat(from(stale)).isEqualTo("STALE");
        Awaitility.await().until(() -> site.renderings("/a") == 2);
        assertThat(site.later("/a").get(20, TimeUnit.SECONDS).body()).isEqualTo("page 1");
        go.countDown();
        Awaitility.await().until(() -> site.get("/a").body().equals("page 2"));
        assertThat(site.renderings("/a")).isEqualTo(2);
    }

    @Test
    void servesTheStalePageWhileRenderingFails() {
        AtomicBoolean down = new AtomicBoolean();
        site.page("/a", (request, response, n) -> {
            if (down.get() && n % 2 == 0) {
                response.sendError(500);
                return;
            }
            if (down.get()) {
                throw new IllegalStateException("down");
            }
            response.setHeader("Cache-Control", "max-age=60, stale-if-error=600");
            response.getWriter().print("page " + n);
        });
        assertThat(site.get("/a").body()).isEqualTo("page 1");
        down.set(true);
        for (int i = 0; i < 2; i++) {
            pass(Duration.ofSeconds(65));
            HttpResponse<String> stale = site.get("/a");
            assertThat(stale.body()).isEqualTo("page 1");
            assertThat(from(stale)).isEqualTo("STALE");
        }
        assertThat(site.renderings("/a")).isEqualTo(3);
        pass(Duration.ofSeconds(1000));
        assertThat(site.get("/a").statusCode()).isEqualTo(500);
        down.set(false);
        assertThat(site.get("/a").body()).isEqualTo("page 5");
    }

    @Test
    void aFailedRenderingIsNotRepeatedByEachWhoWaited() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        site.page("/a", (request, response, n) -> {
            go.await(20, TimeUnit.SECONDS);
            response.sendError(500);
        });
        List<CompletableFuture<HttpResponse<String>>> visitors =
                IntStream.range(0, 20).mapToObj(i -> site.later("/a")).toList();
        Awaitility.await().until(() -> coalesced() >= 19);
        go.countDown();
        long refused = visitors.stream()
                .filter(visitor -> visitor.join().statusCode() == 503)
                .count();
        assertThat(refused).isEqualTo(19);
        assertThat(site.renderings("/a")).isEqualTo(1);
    }

    @Test
    void writingInvalidatesThePage() {
        site.page("/a", (request, response, n) -> {
            response.setHeader("Cache-Control", "max-age=60");
            response.getWriter().print(request.getMethod() + " " + n);
        });
        assertThat(site.get("/a").body()).isEqualTo("GET 1");
        assertThat(site.send("POST", "/a").body()).isEqualTo("POST 2");
        assertThat(site.get("/a").body()).isEqualTo("GET 3");
    }

    @Test
    void writingInvalidatesThePageWhileTheCacheIsOff() throws Exception {
        site.close();
        start(options().shared(new InMemorySharedTier()));
        site.page("/a", "max-age=60");
        assertThat(site.get("/a").body()).isEqualTo("/a 1");
        cache.mode(CacheMode.OFF);
        assertThat(site.send("POST", "/a").body()).isEqualTo("/a 2");
        cache.mode(CacheMode.ON);
        assertThat(site.get("/a").body()).isEqualTo("/a 3");
    }

    @Test
    void writingAsynchronouslyInvalidatesThePage() {
        AtomicInteger status = new AtomicInteger(200);
        site.page("/a", (request, response, n) -> {
            response.setHeader("Cache-Control", "max-age=60");
            if (request.getMethod().equals("GET")) {
                response.getWriter().print("page " + n);
                return;
            }
            AsyncContext async = request.startAsync();
            async.start(() -> {
                response.setStatus(status.get());
                async.complete();
            });
        });
        assertThat(site.get("/a").body()).isEqualTo("page 1");
        assertThat(site.send("POST", "/a").statusCode()).isEqualTo(200);
        Awaitility.await().until(() -> site.get("/a").body().equals("page 3"));
        status.set(409);
        assertThat(site.send("POST", "/a").statusCode()).isEqualTo(409);
        assertThat(site.get("/a").body()).isEqualTo("page 3");
    }

    @Test
    void freezesPagesForTheVisitorsOfOneSource() {
        site.page("/front", (request, response, n) -> response.getWriter().print("front " + n));
        cache.freeze("news.example", Duration.ofHours(1));
        HttpResponse<String> first = site.get("/front", "Referer", "https://www.news.example/story?x=1");
        assertThat(first.body()).isEqualTo("front 1");
        HttpResponse<String> frozen = site.get("/front", "Referer", "https://news.example/");
        assertThat(frozen.body()).isEqualTo("front 1");
        assertThat(from(frozen)).isEqualTo("FROZEN");
        assertThat(site.get("/front").body()).isEqualTo("front 2");
        assertThat(site.get("/front", "Referer", "https://other.example/?x=news.example")
                        .body())
                .isEqualTo("front 3");
        assertThat(site.get("/front", "Referer", "https://bad-news.example/").body())
                .isEqualTo("front 4");
        assertThat(site.get("/front", "Referer", "https://news.example/", "Authorization", "Bearer x")
                        .body())
                .isEqualTo("front 5");
        assertThat(site.get("/front", "Referer", "https://news.example/").body())
                .isEqualTo("front 1");
        assertThat(cache.thaw("news.example")).isTrue();
        assertThat(site.get("/front", "Referer", "https://news.example/").body())
                .isEqualTo("front 6");
    }
}
