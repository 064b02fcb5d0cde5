package dev.headroom.cache.servlet;

import static dev.headroom.cache.servlet.PageSite.from;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.AsyncContext;
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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** How a container's responses come about from pages that are kept, or can't be. */
abstract class PageDeliveryContract extends PageContract {
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
}
