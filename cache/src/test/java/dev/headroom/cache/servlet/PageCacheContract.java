package dev.headroom.cache.servlet;

import static dev.headroom.cache.servlet.PageSite.from;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.cache.CacheMode;
import dev.headroom.cache.testing.InMemorySharedTier;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.Cookie;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the page cache does in a container. */
abstract class PageCacheContract {
    private final AtomicLong clock = new AtomicLong(1);
    private PageCache cache;
    private PageSite site;

    abstract PageSite.Container container();

    PageCacheBuilder options() {
        return PageCache.builder()
                .ignoreParameters("utm_source")
                .maximumBody(10_000)
                .waitAtMost(Duration.ofSeconds(20))
                .caches(caches -> caches.clock(clock::get));
    }

    @BeforeEach
    void start() throws Exception {
        start(options());
    }

    private void start(PageCacheBuilder options) throws Exception {
        cache = options.build();
        site = new PageSite(container(), cache);
    }

    @AfterEach
    void stop() throws Exception {
        site.close();
    }

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }

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
    void givesTheRequestsOwnHeadersToEachVisitor() {
        site.page("/a", "max-age=60");
        String first = site.get("/a").headers().firstValue("X-Request-Id").orElseThrow();
        assertThat(site.get("/a").headers().allValues("X-Request-Id"))
                .hasSize(1)
                .doesNotContain(first);
    }

    @Test
    void whatOuterFiltersHaveSetStaysUnlessThePageReplacesIt() {
        site.page("/kept", (request, response, n) -> {
                    response.setHeader("Cache-Control", "max-age=60");
                    response.addHeader("X-Seen", "page");
                    response.setHeader("X-By", "page");
                })
                .page("/mine", (request, response, n) -> {
                    response.addHeader("X-Seen", "page");
                    response.setHeader("X-By", "page");
                });
        for (String path : List.of("/kept", "/kept", "/mine", "/mine")) {
            HttpResponse<String> page = site.get(path);
            assertThat(page.headers().allValues("X-Seen")).contains("outer", "page");
            assertThat(page.headers().allValues("X-By")).containsExactly("page");
        }
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
    void tellsWhoHasThePageAlready() {
        site.page("/a", "max-age=60").page("/tagged", (request, response, n) -> {
            assertThat(request.getHeader("If-None-Match")).isNull();
            response.setHeader("Cache-Control", "max-age=60");
            response.setHeader("ETag", "\"v1\"");
            response.getWriter().print("tagged");
        });
        String tag = site.get("/a").headers().firstValue("ETag").orElseThrow();
        HttpResponse<String> again = site.get("/a", "If-None-Match", "\"x\", " + tag);
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
        assertThat(again.headers().firstValue("ETag")).hasValue(tag);
        assertThat(site.get("/a", "If-None-Match", "\"x\"").statusCode()).isEqualTo(200);
        assertThat(site.get("/tagged", "If-None-Match", "\"v1\"").statusCode()).isEqualTo(304);
        assertThat(site.get("/tagged").body()).isEqualTo("tagged");
        assertThat(site.renderings("/tagged")).isEqualTo(1);
    }

    @Test
    void whoHasThePageAlreadyGetsItsHeadersBesideThoseOfOuterFilters() {
        site.page("/a", (request, response, n) -> {
            response.addHeader("Cache-Control", "max-age=60");
            response.addHeader("Cache-Control", "stale-if-error=10");
            response.addHeader("Vary", "Accept-Language");
            response.addHeader("Vary", "Accept");
            response.getWriter().print("page");
        });
        String tag = site.get("/a").headers().firstValue("ETag").orElseThrow();
        HttpResponse<String> again = site.get("/a", "If-None-Match", tag);
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.headers().allValues("Vary")).contains("Origin", "Accept-Language", "Accept");
        assertThat(again.headers().allValues("Cache-Control")).containsExactly("max-age=60", "stale-if-error=10");
    }

    @Test
    void answersHeadFromThePage() {
        site.page("/a", "max-age=60");
        HttpResponse<String> head = site.send("HEAD", "/a");
        assertThat(head.body()).isEmpty();
        assertThat(head.headers().firstValue("Content-Length")).hasValue("4");
        HttpResponse<String> page = site.get("/a");
        assertThat(page.body()).isEqualTo("/a 1");
        assertThat(from(page)).isEqualTo("HIT");
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
    void theStalePageEndsBeforeTheNewIsRenderedThoughItIsCompressed() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        String text = "x".repeat(4_000);
        site.page("/a", (request, response, n) -> {
            response.setHeader("Cache-Control", "max-age=60, stale-while-revalidate=30");
            response.setContentType("text/html");
            if (n == 2) {
                go.await(60, TimeUnit.SECONDS);
            }
            response.getWriter().print(text + n);
        });
        site.get("/a");
        pass(Duration.ofSeconds(70));
        HttpResponse<byte[]> stale = HttpClient.newHttpClient()
                .sendAsync(site.request("GET", "/a", "Accept-Encoding", "gzip"), BodyHandlers.ofByteArray())
                .get(20, TimeUnit.SECONDS);
        go.countDown();
        assertThat(from(stale)).isEqualTo("STALE");
        assertThat(stale.headers().firstValue("Content-Encoding")).hasValue("gzip");
        try (InputStream plain = new GZIPInputStream(new ByteArrayInputStream(stale.body()))) {
            assertThat(new String(plain.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo(text + 1);
        }
        Awaitility.await().until(() -> site.get("/a").body().equals(text + 2));
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
    void doesNotKeepWhatIsTooLarge() {
        site.page("/large", (request, response, n) -> {
            response.setHeader("Cache-Control", "max-age=60");
            response.setContentType("text/plain");
            response.getOutputStream().write(("x".repeat(9_999)).getBytes(StandardCharsets.UTF_8));
            response.getOutputStream().write(("yz" + n).getBytes(StandardCharsets.UTF_8));
        });
        assertThat(site.get("/large").body()).hasSize(10_002).endsWith("yz1");
        assertThat(site.get("/large").body()).endsWith("yz2");
    }

    @Test
    void letsAStreamThroughAsItIsWritten() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        site.page("/stream", (request, response, n) -> {
            response.setContentType("text/event-stream");
            response.getWriter().print("first\n");
            response.getWriter().flush();
            if (n == 1) {
                assertThat(go.await(20, TimeUnit.SECONDS)).isTrue();
            }
            response.getWriter().print("second\n");
        });
        HttpResponse<InputStream> stream =
                HttpClient.newHttpClient().send(site.request("GET", "/stream"), BodyHandlers.ofInputStream());
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
            assertThat(lines.readLine()).isEqualTo("first");
            assertThat(site.get("/stream").body()).isEqualTo("first\nsecond\n");
            go.countDown();
            assertThat(lines.readLine()).isEqualTo("second");
        }
    }

    @Test
    void keepsAPageThatIsFlushed() {
        site.page("/a", (request, response, n) -> {
            response.setHeader("Cache-Control", "max-age=60");
            response.getWriter().print("one ");
            response.flushBuffer();
            response.getWriter().print("two " + n);
            response.getWriter().flush();
        });
        assertThat(site.get("/a").body()).isEqualTo("one two 1");
        assertThat(site.get("/a").body()).isEqualTo("one two 1");
    }

    @Test
    void letsAsynchronousPagesThrough() {
        site.page("/async", (request, response, n) -> {
            response.setHeader("Cache-Control", "max-age=60");
            response.getWriter().print("begun ");
            AsyncContext async = request.startAsync(request, response);
            async.start(() -> {
                try {
                    async.getResponse().getWriter().print("ended " + n);
                } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
                async.complete();
            });
        });
        assertThat(site.get("/async").body()).isEqualTo("begun ended 1");
        assertThat(site.get("/async").body()).isEqualTo("begun ended 2");
    }

    @Test
    void passesErrorsAndRedirectsOn() {
        site.page("/old", (request, response, n) -> response.sendRedirect("/new"));
        site.page("/moved", (request, response, n) -> {
            response.setStatus(301);
            response.setHeader("Location", "/new");
            response.setHeader("Cache-Control", "max-age=60");
        });
        site.page("/throws", (request, response, n) -> {
            throw new IllegalStateException("broken");
        });
        site.page("/busy", (request, response, n) -> {
            response.setStatus(503);
            response.setHeader("Retry-After", "7");
            response.getWriter().print("busy");
        });
        assertThat(site.get("/missing").statusCode()).isEqualTo(404);
        assertThat(site.get("/old").statusCode()).isEqualTo(302);
        assertThat(site.get("/old").headers().firstValue("Location").orElse("")).endsWith("/new");
        assertThat(site.get("/moved").statusCode()).isEqualTo(301);
        assertThat(site.get("/moved").headers().firstValue("Location").orElse(""))
                .endsWith("/new");
        assertThat(site.renderings("/moved")).isEqualTo(1);
        assertThat(site.get("/throws").statusCode()).isEqualTo(500);
        HttpResponse<String> busy = site.get("/busy");
        assertThat(busy.statusCode()).isEqualTo(503);
        assertThat(busy.headers().firstValue("Retry-After")).hasValue("7");
        assertThat(busy.body()).isEqualTo("busy");
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
