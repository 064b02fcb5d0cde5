package dev.headroom.router.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.Headroom;
import dev.headroom.config.ConfigurationException;
import dev.headroom.router.NodeSpec;
import dev.headroom.router.ReplicaRouter;
import dev.headroom.router.Rig;
import dev.headroom.testkit.SharedPostgres;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.CookieManager;
import java.net.HttpCookie;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client writes, and reads in its next request, while every standby stands still. */
@TestInstance(Lifecycle.PER_CLASS)
class ReadYourWritesFilterTest {
    private static final String COOKIE = "headroom-position";

    private final Rig rig = new Rig(
            SharedPostgres.withStandbys(1),
            1,
            options -> options.staleness(Duration.ofMinutes(5), Duration.ofMinutes(10))
                    .probeTimeout(Duration.ofSeconds(2))
                    .positionInSession(true));
    private final Headroom headroom = Headroom.builder("test").plug(rig.router).build();
    private final Tomcat tomcat = new Tomcat();

    @TempDir
    static Path base;

    @BeforeAll
    void start() throws Exception {
        tomcat.setBaseDir(Files.createDirectories(base).toString());
        tomcat.setPort(0);
        Context context = tomcat.addContext("", base.toString());
        context.addServletContainerInitializer((types, servlets) -> headroom.register(servlets), null);
        Tomcat.addServlet(context, "app", new App()).setAsyncSupported(true);
        context.addServletMappingDecoded("/*", "app");
        tomcat.start();
        tomcat.getConnector();
    }

    @AfterAll
    void stop() throws Exception {
        tomcat.stop();
        tomcat.destroy();
        headroom.close();
        rig.close();
    }

    @BeforeEach
    void standStill() {
        rig.standby(1).pauseReplay();
    }

    @AfterEach
    void goOn() {
        rig.standby(1).resumeReplay();
        rig.standby(1).waitUntilCaughtUp();
    }

    /** Writes, and answers in the way that the path says; reads what was written. */
    private final class App extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
            switch (request.getPathInfo()) {
                case "/log-in" -> request.getSession(true);
                case "/log-out" -> {
                    insert();
                    request.getSession(false).invalidate();
                }
                case "/late" -> {
                    response.flushBuffer();
                    response.getWriter().print(insert());
                }
                case "/late-async" -> {
                    AsyncContext async = request.startAsync();
                    async.start(() -> {
                        try {
                            async.getResponse().flushBuffer();
                            async.getResponse().getWriter().print(insert());
                            async.complete();
                        } catch (IOException e) {
                            throw new IllegalStateException(e);
                        }
                    });
                }
                case "/nothing" -> response.getWriter().print("0");
                case "/plain" -> response.getWriter().print(insert());
                case "/redirect" -> response.sendRedirect("/read?id=" + insert());
                case "/see-other" -> response.sendRedirect("/read?id=" + insert(), 303);
                case "/reset" -> {
                    response.addHeader("id", String.valueOf(insert()));
                    response.getOutputStream().write(new byte[response.getBufferSize()]);
                    if (!response.isCommitted()) {
                        response.reset();
                    }
                    response.setHeader("id", String.valueOf(insert()));
                }
                case "/error" -> {
                    response.setHeader("id", String.valueOf(insert()));
                    response.sendError(409);
                }
                case "/flush" -> {
                    response.setHeader("id", String.valueOf(insert()));
                    response.flushBuffer();
                }
                case "/big" -> {
                    response.setHeader("id", String.valueOf(insert()));
                    response.getOutputStream().write(new byte[100_000]);
                }
                case "/many" -> {
                    response.setHeader("id", String.valueOf(insert()));
                    for (int i = 0; i < 20_000; i++) {
                        response.getWriter().println("0123456789");
                    }
                }
                case "/length" -> {
                    byte[] id = String.valueOf(insert()).getBytes(StandardCharsets.US_ASCII);
                    response.setContentLength(id.length);
                    response.getOutputStream().write(id);
                }
                case "/close" -> {
                    response.getWriter().print(insert());
                    response.getWriter().close();
                }
                case "/async" -> {
                    AsyncContext async = request.startAsync();
                    async.start(() -> {
                        try {
                            async.getResponse().getWriter().print(insert());
                            async.complete();
                        } catch (IOException e) {
                            throw new IllegalStateException(e);
                        }
                    });
                }
                case "/dispatch" -> {
                    if (request.getAttribute("id") == null) {
                        AsyncContext async = request.startAsync();
                        async.start(() -> {
                            request.setAttribute("id", insert());
                            async.dispatch();
                        });
                    } else {
                        response.getWriter().print(request.getAttribute("id"));
                    }
                }
                default -> response.sendError(404);
            }
        }

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            try {
                Rig.Answer answer = rig.read(Long.parseLong(request.getParameter("id")));
                response.getWriter().print(answer.seen() + " " + answer.node());
            } catch (Exception e) {
                throw new IOException(e);
            }
        }

        private long insert() {
            try {
                return rig.insert("over http");
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** The filter as {@code web.xml} declares it, made by the container by its constructor without arguments; or handed to it without a router. */
    @ParameterizedTest
    @ValueSource(strings = {"declared", "declared with the session", "handed over with the session"})
    void findsItsRouterWhenTheContainerStartsIt(String how, @TempDir Path folder) throws Exception {
        boolean inSession = how.endsWith("session");
        Tomcat byHand = new Tomcat();
        byHand.setBaseDir(folder.toString());
        byHand.setPort(0);
        Context context = byHand.addContext("", folder.toString());
        context.addServletContainerInitializer((types, servlets) -> headroom.attach(servlets), null);
        FilterDef filter = new FilterDef();
        filter.setFilterName("read-your-writes");
        if (how.startsWith("declared")) {
            filter.setFilterClass(ReadYourWritesFilter.class.getName());
            filter.addInitParameter("session", String.valueOf(inSession));
        } else {
            filter.setFilter(new ReadYourWritesFilter().session());
        }
        FilterMap map = new FilterMap();
        map.setFilterName("read-your-writes");
        map.addURLPattern("/*");
        context.addFilterDef(filter);
        context.addFilterMap(map);
        Tomcat.addServlet(context, "app", new App());
        context.addServletMappingDecoded("/*", "app");
        try {
            byHand.start();
            CookieManager cookies = inSession ? forgetful() : new CookieManager();
            HttpClient client = client(cookies);
            send(byHand, client, "POST", "/log-in");
            String id = send(byHand, client, "POST", "/plain").body();
            assertThat(cookies.getCookieStore().getCookies())
                    .extracting(HttpCookie::getName)
                    .contains(inSession ? "JSESSIONID" : COOKIE);
            assertThat(send(byHand, client, "GET", "/read?id=" + id).body()).isEqualTo("true p");
        } finally {
            byHand.stop();
            byHand.destroy();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "TRUE", ""})
    void parameterThatSaysNeitherTrueNorFalseIsRefused(String text) {
        FilterConfig config = (FilterConfig) Proxy.newProxyInstance(
                FilterConfig.class.getClassLoader(),
                new Class<?>[] {FilterConfig.class},
                (self, call, arguments) -> text);
        assertThatThrownBy(() -> new ReadYourWritesFilter().init(config))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("session: " + text + " (expected: true or false)");
    }

    @Test
    void cookieIsNotForgottenTooEarly() {
        assertThat(PositionCookie.seconds(Duration.ofMillis(1_001))).isEqualTo(2);
        assertThat(PositionCookie.seconds(Duration.ofSeconds(30))).isEqualTo(30);
        assertThat(PositionCookie.seconds(Duration.ofDays(36_500))).isEqualTo(Integer.MAX_VALUE);
    }

    private HttpResponse<String> send(HttpClient client, String method, String path)
            throws IOException, InterruptedException {
        return send(tomcat, client, method, path);
    }

    private static HttpResponse<String> send(Tomcat to, HttpClient client, String method, String path)
            throws IOException, InterruptedException {
        URI uri = URI.create("http://localhost:" + to.getConnector().getLocalPort() + path);
        return client.send(
                HttpRequest.newBuilder(uri)
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static HttpClient client(CookieManager cookies) {
        return HttpClient.newBuilder().cookieHandler(cookies).build();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plain",
                "redirect",
                "see-other",
                "reset",
                "error",
                "flush",
                "big",
                "many",
                "length",
                "close",
                "async",
                "dispatch"
            })
    void nextRequestSeesTheWriteHoweverTheResponseIsCommitted(String kind) throws Exception {
        CookieManager cookies = new CookieManager();
        HttpClient client = client(cookies);
        HttpResponse<String> written = send(client, "POST", "/" + kind);
        String id = written.headers()
                .firstValue("id")
                .or(() -> written.headers().firstValue("Location").map(location -> location.split("=")[1]))
                .orElseGet(() -> written.body().strip());
        assertThat(cookies.getCookieStore().getCookies())
                .extracting(HttpCookie::getName)
                .contains(COOKIE);
        assertThat(send(client, "GET", "/read?id=" + id).body()).isEqualTo("true p");
        // Somebody else reads the standby, which does not have it yet.
        assertThat(send(client(new CookieManager()), "GET", "/read?id=" + id).body())
                .isEqualTo("false r1");
    }

    /** A client that keeps the session's cookie and no other. */
    private static CookieManager forgetful() {
        return new CookieManager(null, (uri, cookie) -> cookie.getName().equals("JSESSIONID"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "close", "async", "dispatch", "late", "late-async"})
    void sessionCarriesWhatNoCookieDoes(String kind) throws Exception {
        CookieManager cookies = forgetful();
        HttpClient client = client(cookies);
        send(client, "POST", "/log-in");
        HttpResponse<String> written = send(client, "POST", "/" + kind);
        String id = written.body().strip();
        assertThat(cookies.getCookieStore().getCookies())
                .extracting(HttpCookie::getName)
                .containsExactly("JSESSIONID");
        if (kind.startsWith("late")) {
            assertThat(written.headers().allValues("Set-Cookie")).isEmpty();
        }
        assertThat(send(client, "GET", "/read?id=" + id).body()).isEqualTo("true p");
        assertThat(send(client(forgetful()), "GET", "/read?id=" + id).body()).isEqualTo("false r1");
    }

    @Test
    void nobodyIsGivenASessionForItAndOneThatEndsTakesItAlong() throws Exception {
        HttpResponse<String> written = send(HttpClient.newHttpClient(), "POST", "/plain");
        assertThat(written.headers().allValues("Set-Cookie"))
                .singleElement()
                .asString()
                .startsWith(COOKIE);
        HttpClient client = client(forgetful());
        send(client, "POST", "/log-in");
        assertThat(send(client, "POST", "/log-out").statusCode()).isEqualTo(200);
    }

    @Test
    void sessionDoesNotForgetInTimeWhatGoesByTime() {
        try (ReplicaRouter pinning = ReplicaRouter.builder("main")
                .primary(NodeSpec.of("p", rig.dataSource()))
                .pinAfterWrite(Duration.ofSeconds(5))
                .build()) {
            assertThatThrownBy(() -> ReadYourWritesFilter.of(pinning).session())
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("session: true (expected: without pinAfterWrite");
        }
        assertThatThrownBy(() -> ReplicaRouter.builder("main")
                        .primary(NodeSpec.of("p", rig.dataSource()))
                        .pinAfterWrite(Duration.ofSeconds(5))
                        .positionInSession(true)
                        .build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("positionInSession: true (expected: without pinAfterWrite");
    }

    @Test
    void cookieIsSmallAndShortLivedAndOnlyForWriters() throws Exception {
        HttpResponse<String> written = send(HttpClient.newHttpClient(), "POST", "/plain");
        List<String> set = written.headers().allValues("Set-Cookie");
        assertThat(set).hasSize(1);
        assertThat(set.get(0))
                .startsWith(COOKIE + "=v1~main:p1:")
                .contains("Max-Age=30")
                .contains("HttpOnly")
                .contains("SameSite=Lax")
                .contains("Path=/")
                .hasSizeLessThan(200);
        assertThat(send(HttpClient.newHttpClient(), "POST", "/nothing")
                        .headers()
                        .allValues("Set-Cookie"))
                .isEmpty();
        assertThat(send(HttpClient.newHttpClient(), "GET", "/read?id=1")
                        .headers()
                        .allValues("Set-Cookie"))
                .isEmpty();
    }

    @Test
    void forgedCookieCostsNoMoreThanAReadOfThePrimary() throws Exception {
        long id = rig.insert("forged");
        URI uri = URI.create("http://localhost:" + tomcat.getConnector().getLocalPort() + "/read?id=" + id);
        for (String forged : List.of(
                "v1~main:p1:7fffffffffffffff", "v1~main:p99999:1", "v1~main:1:5", "rubbish", "v1~main", "\"\"")) {
            HttpResponse<String> answer = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(uri)
                                    .header("Cookie", COOKIE + "=" + forged)
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(forged).isEqualTo(200);
        }
        rig.standby(1).resumeReplay();
        rig.standby(1).waitUntilCaughtUp();
        HttpResponse<String> after = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(uri)
                                .header("Cookie", COOKIE + "=v1~main:p1:7fffffffffffffff")
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(Objects.requireNonNull(after.body())).isEqualTo("true r1");
    }
}
