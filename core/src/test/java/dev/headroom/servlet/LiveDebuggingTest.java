package dev.headroom.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.Headroom;
import dev.headroom.RequestContext;
import dev.headroom.debug.DebugLog;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(EmbeddedServer.Kind.class)
class LiveDebuggingTest {
    private static final String[] ADMIN = {"X-Admin", "yes"};
    private static final String PAGE = "<html><body><p>grün</p></body></html>";

    private final EmbeddedServer.Kind kind;
    private final List<AutoCloseable> open = new ArrayList<>();
    private EmbeddedServer server;

    LiveDebuggingTest(EmbeddedServer.Kind kind) {
        this.kind = kind;
    }

    private static void note() {
        DebugLog debug = RequestContext.currentDebug();
        if (debug.enabled()) {
            debug.add("db", "[r1] SELECT '<script>alert(1)</script>' – ü", 1_500_000, null);
            debug.add("cache", "get", -1, new IllegalStateException("<b>down</b>"));
        }
    }

    @BeforeEach
    void start() throws Exception {
        Headroom headroom = Headroom.builder("test")
                .web(WebOptions.builder()
                        .debug((request, context) -> "yes".equals(request.getHeader("X-Admin")))
                        .build())
                .build();
        open.add(headroom);
        server = kind.start(context -> {
            headroom.register(context);
            TestServlet.add(context, "/page", (request, response) -> {
                note();
                response.setContentType("text/html; charset="
                        + java.util.Optional.ofNullable(request.getParameter("cs"))
                                .orElse("UTF-8"));
                response.setHeader("Cache-Control", "public, max-age=60");
                response.getWriter().write(PAGE);
                response.flushBuffer();
            });
            TestServlet.add(context, "/bytes", (request, response) -> {
                note();
                byte[] page = PAGE.getBytes(StandardCharsets.UTF_8);
                response.setContentType("text/html; charset=UTF-8");
                response.setContentLength(page.length);
                response.getOutputStream().write(page);
            });
            TestServlet.add(context, "/json", (request, response) -> {
                note();
                byte[] json = "{\"a\":1}".getBytes(StandardCharsets.UTF_8);
                response.setContentType("application/json");
                response.setHeader("Content-Length", "7");
                response.getOutputStream().write(json);
            });
            TestServlet.add(context, "/large", (request, response) -> {
                response.setContentType("text/html");
                for (int i = 0; i < 300; i++) {
                    response.getWriter().write("0123456789".repeat(1000));
                }
            });
            TestServlet.add(context, "/gone", (request, response) -> {
                response.setContentType("text/html");
                response.getWriter().write("half a page");
                if (request.getParameter("redirect") != null) {
                    response.sendRedirect("/page");
                } else {
                    response.sendError(410);
                }
            });
            TestServlet.add(context, "/error", (request, response) -> {
                note();
                response.setContentType("text/html");
                response.getWriter().write("<body>sorry</body>");
            });
            TestServlet.add(context, "/throws", (request, response) -> {
                response.setContentType("text/html");
                response.getWriter().write("half a page");
                throw new IllegalStateException("on purpose");
            });
            TestServlet.add(context, "/async", (request, response) -> {
                if (request.getAttribute("again") != null) {
                    note();
                    response.setContentType("text/html");
                    response.getWriter().write("<body>late</body>");
                    return;
                }
                request.setAttribute("again", true);
                var async = request.startAsync();
                async.start(async::dispatch);
            });
            TestServlet.add(context, "/stream", (request, response) -> {
                response.setContentType("text/html");
                response.getWriter().write("<body>first ");
                var async = request.startAsync();
                async.start(() -> {
                    try {
                        async.getResponse().getWriter().write("second</body>");
                    } catch (java.io.IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                    async.complete();
                });
            });
            TestServlet.add(context, "/reset", (request, response) -> {
                response.setContentType("text/html");
                response.getWriter().write("wrong");
                response.reset();
                response.setContentType("text/html");
                response.getOutputStream().print("right");
            });
        });
        open.add(server);
    }

    @AfterEach
    void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    @Test
    void putsTheLinesAtTheEndOfThePage() {
        for (String path : new String[] {"/page?debugout=1", "/bytes?debugout=1"}) {
            HttpResponse<String> response = server.get(path, ADMIN);

            assertThat(response.body())
                    .as(path)
                    .startsWith("<html><body><p>grün</p>")
                    .endsWith("</details>\n</body></html>")
                    .contains(
                            "[db] [r1] SELECT &#39;&lt;script&gt;alert(1)&lt;/script&gt;&#39; &#8211; &#252;  (1.50 ms)")
                    .contains("[cache] get  FAILED java.lang.IllegalStateException: &lt;b&gt;down&lt;/b&gt;")
                    .contains("[request] GET " + path.replace("?", "?"))
                    .doesNotContain("<script>", "<b>");
            assertThat(response.headers().firstValue("Cache-Control")).contains("no-store");
        }
    }

    @Test
    void answersInThePagesCharset() {
        HttpResponse<String> response = server.get("/page?cs=ISO-8859-1&debugout=1", ADMIN);

        assertThat(response.body()).contains("grün", "&#8211;", "</details>");
    }

    @Test
    void isAskedForByCookieToo() {
        assertThat(server.get("/page", "X-Admin", "yes", "Cookie", "a=b; debugout=1")
                        .body())
                .contains("[db]");
        assertThat(server.get("/page", "X-Admin", "yes", "Cookie", "debugout=0").body())
                .isEqualTo(PAGE);
        assertThat(server.get("/page?notdebugout=1", ADMIN).body()).isEqualTo(PAGE);
        assertThat(server.get("/page", ADMIN).body()).isEqualTo(PAGE);
    }

    @Test
    void showsNothingToTheUnauthorised() {
        for (String path : new String[] {"/page", "/bytes", "/json"}) {
            HttpResponse<String> plain = server.get(path);
            HttpResponse<String> asking = server.get(path + "?debugout=1", "Cookie", "debugout=1");

            assertThat(asking.body()).isEqualTo(plain.body()).doesNotContain("[db]");
            assertThat(asking.headers().map())
                    .containsOnlyKeys(plain.headers().map().keySet());
        }
    }

    @Test
    void leavesOtherContentAloneAndKeepsItsLinesUnderTheTrace() throws Exception {
        HttpResponse<String> response = server.get("/json?debugout=1", ADMIN);
        String lines = response.headers().firstValue("X-Headroom-Debug").orElseThrow();

        assertThat(response.body()).isEqualTo("{\"a\":1}");
        assertThat(server.get(lines).statusCode()).isEqualTo(404);
        assertThat(server.get("/console/debug/other", ADMIN).statusCode()).isEqualTo(404);
        for (String method : new String[] {"OPTIONS", "PUT", "DELETE"}) {
            HttpRequest.BodyPublisher none = HttpRequest.BodyPublishers.noBody();
            assertThat(server.send(server.request(lines).method(method, none).build())
                            .statusCode())
                    .as(method)
                    .isEqualTo(404);
            assertThat(server.send(server.request(lines, ADMIN)
                                    .method(method, none)
                                    .build())
                            .statusCode())
                    .as(method)
                    .isEqualTo(405);
        }
        HttpResponse<String> json = server.get(lines, ADMIN);
        var read = new com.fasterxml.jackson.databind.ObjectMapper().readTree(json.body());
        assertThat(read.get("lines").findValuesAsText("area")).containsExactly("request", "db", "cache", "response");
        assertThat(read.get("lines").get(1).get("millis").asDouble()).isEqualTo(1.5);
    }

    @Test
    void letsALargePageThrough() {
        assertThat(server.get("/large?debugout=1", ADMIN).body())
                .hasSize(3_000_000)
                .doesNotContain("debug");
    }

    @Test
    void breaksNeitherErrorsNorRedirectsNorResets() {
        assertThat(server.get("/gone?debugout=1", ADMIN)).satisfies(gone -> {
            assertThat(gone.statusCode()).isEqualTo(410);
            assertThat(gone.body()).startsWith("<body>sorry").contains("[db]").endsWith("</body>");
        });
        assertThat(server.get("/throws?debugout=1", ADMIN)).satisfies(thrown -> {
            assertThat(thrown.statusCode()).isEqualTo(500);
            assertThat(thrown.body()).startsWith("<body>sorry").contains("[db]");
        });
        assertThat(server.get("/gone?redirect=1&debugout=1", ADMIN)).satisfies(moved -> {
            assertThat(moved.statusCode()).isEqualTo(302);
            assertThat(moved.body()).doesNotContain("half");
        });
        assertThat(server.get("/reset?debugout=1", ADMIN).body())
                .startsWith("right")
                .doesNotContain("wrong");
    }

    @Test
    void worksOverAsyncDispatchesAndLetsStreamsThrough() {
        assertThat(server.get("/async?debugout=1", ADMIN).body())
                .startsWith("<body>late")
                .contains("[db]");
        assertThat(server.get("/stream?debugout=1", ADMIN).body()).isEqualTo("<body>first second</body>");
    }

    @Test
    void answersHeadWithoutABody() {
        HttpResponse<String> head = server.send(server.request("/bytes?debugout=1", ADMIN)
                .method("HEAD", java.net.http.HttpRequest.BodyPublishers.noBody())
                .build());

        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValueAsLong("Content-Length"))
                .hasValue(PAGE.getBytes(StandardCharsets.UTF_8).length);
    }
}
