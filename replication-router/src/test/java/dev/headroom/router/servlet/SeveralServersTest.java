package dev.headroom.router.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.Component;
import dev.headroom.Headroom;
import dev.headroom.RequestContext;
import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.router.ReplicaRouter;
import dev.headroom.router.ReplicaRouterBuilder;
import dev.headroom.router.Rig;
import dev.headroom.router.RouteScope;
import dev.headroom.router.Routed;
import dev.headroom.router.Routers;
import dev.headroom.testkit.SharedPostgres;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.CookieManager;
import java.net.HttpCookie;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two application servers, each with a router of its own, and clients that use both, by one request after another or by several at once. */
@TestInstance(Lifecycle.PER_CLASS)
class SeveralServersTest {
    private static final long LONG = 60;

    private final Rig rig = new Rig(SharedPostgres.withStandbys(1), 1, SeveralServersTest::options);
    private final SharedSessions sessions = new SharedSessions();

    @TempDir
    static Path base;

    private Server here;
    private Server there;

    /** A request that is held when it has done its work, before it answers. */
    private volatile CountDownLatch working = new CountDownLatch(1);

    private volatile CountDownLatch answering = new CountDownLatch(1);

    private static ReplicaRouterBuilder options(ReplicaRouterBuilder builder) {
        return builder.staleness(Duration.ofMinutes(5), Duration.ofMinutes(10))
                .probeEvery(Duration.ofMillis(50))
                .probeTimeout(Duration.ofSeconds(3))
                .primaryFallback(64)
                .positionInSession(true);
    }

    @BeforeAll
    void start() throws Exception {
        here = new Server("here", rig.router);
        there = new Server("there", rig.secondRouter(SeveralServersTest::options));
    }

    @AfterAll
    void stop() throws Exception {
        here.stop();
        there.stop();
        rig.close();
    }

    @AfterEach
    void goOn() {
        answering.countDown();
        rig.standby(1).resumeReplay();
        rig.standby(1).waitUntilCaughtUp();
    }

    private Server server(String name) {
        return name.equals("here") ? here : there;
    }

    private final class Server {
        private final Tomcat tomcat = new Tomcat();
        private final Headroom headroom;
        private final ReplicaRouter router;

        Server(String name, ReplicaRouter router) throws Exception {
            this(name, router, router);
        }

        /** @param router that is used, of those that are plugged in */
        Server(String name, Component plugged, ReplicaRouter router) throws Exception {
            this.router = router;
            this.headroom = Headroom.builder(name).plug(plugged).build();
            Path folder = Files.createDirectories(base.resolve(name));
            tomcat.setBaseDir(folder.toString());
            tomcat.setPort(0);
            Context context = tomcat.addContext("", folder.toString());
            context.addServletContainerInitializer(
                    (types, servlets) -> {
                        servlets.addFilter("sessions", sessions.filter())
                                .addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/*");
                        headroom.register(servlets);
                    },
                    null);
            Tomcat.addServlet(context, "app", new App(router));
            context.addServletMappingDecoded("/*", "app");
            tomcat.start();
            tomcat.getConnector();
        }

        String send(HttpClient client, String method, String path) throws IOException, InterruptedException {
            URI uri = URI.create("http://localhost:" + tomcat.getConnector().getLocalPort() + path);
            HttpRequest request = HttpRequest.newBuilder(uri)
                    .method(method, HttpRequest.BodyPublishers.noBody())
                    .build();
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).isEqualTo(200);
            return response.body().strip();
        }

        CompletableFuture<String> sendInBackground(HttpClient client, String method, String path) {
            return CompletableFuture.supplyAsync(() -> {
                try {
                    return send(client, method, path);
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
        }

        CompletableFuture<String> sendHeld(HttpClient client, String method, String path) throws InterruptedException {
            working = new CountDownLatch(1);
            answering = new CountDownLatch(1);
            CompletableFuture<String> answer = sendInBackground(client, method, path);
            assertThat(working.await(LONG, TimeUnit.SECONDS)).isTrue();
            return answer;
        }

        void stop() throws Exception {
            tomcat.stop();
            tomcat.destroy();
            headroom.close();
        }
    }

    private final class App extends HttpServlet {
        private static final long serialVersionUID = 1L;

        private final transient ReplicaRouter router;

        App(ReplicaRouter router) {
            this.router = router;
        }

        @Override
        protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
            try {
                if (request.getPathInfo().equals("/log-in")) {
                    sessions.begin(request.getParameter("as"), response);
                } else {
                    long id = insert();
                    hold(request);
                    response.getWriter().print(id);
                }
            } catch (Exception e) {
                throw new IOException(e);
            }
        }

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            try {
                String answer = RouteScope.readOnly().call(() -> read(Long.parseLong(request.getParameter("id"))));
                hold(request);
                response.getWriter().print(answer);
            } catch (Exception e) {
                throw new IOException(e);
            }
        }

        private void hold(HttpServletRequest request) throws InterruptedException {
            if (request.getPathInfo().equals("/held")) {
                working.countDown();
                answering.await();
            }
        }

        private long insert() throws Exception {
            try (Connection connection = router.dataSource().getConnection()) {
                connection.setAutoCommit(false);
                long id = Rig.insert(connection, "on a server");
                connection.commit();
                return id;
            }
        }

        private String read(long id) throws Exception {
            try (Connection connection = router.dataSource().getConnection()) {
                boolean seen = Rig.select(connection, id);
                return seen + " "
                        + Rig.nodeOf(connection.unwrap(Routed.class).decision().orElseThrow());
            }
        }
    }

    /** A browser, or one that keeps no cookie but the session's. */
    private static HttpClient client(boolean forgetful) {
        CookieManager cookies = new CookieManager(
                null, (uri, cookie) -> !forgetful || cookie.getName().equals(SharedSessions.COOKIE));
        return HttpClient.newBuilder().cookieHandler(cookies).build();
    }

    private HttpClient client(String carrier) throws Exception {
        HttpClient client = client(carrier.equals("session"));
        if (carrier.equals("session")) {
            here.send(client, "POST", "/log-in?as=" + System.nanoTime());
        }
        return client;
    }

    @ParameterizedTest
    @ValueSource(strings = {"cookie", "session"})
    void whatWasWrittenOnOneServerIsSeenOnTheOther(String carrier) throws Exception {
        HttpClient client = client(carrier);
        rig.standby(1).pauseReplay();
        String id = here.send(client, "POST", "/write");
        assertThat(there.send(client, "GET", "/read?id=" + id)).isEqualTo("true p");
        assertThat(there.send(client(false), "GET", "/read?id=" + id))
                .as("of somebody else")
                .isEqualTo("false r1");
        String next = there.send(client, "POST", "/write");
        assertThat(here.send(client, "GET", "/read?id=" + next)).isEqualTo("true p");
    }

    /** The standby shows all that was written until now, and nothing more. */
    private void standStillHere() throws Exception {
        ConsistencyToken now;
        try (Connection connection = rig.dataSource().getConnection()) {
            now = rig.router.consistency().capture(connection);
        }
        rig.standby(1).waitUntilCaughtUp();
        for (Server server : new Server[] {here, there}) {
            await().atMost(Duration.ofSeconds(LONG))
                    .pollInSameThread()
                    .until(() -> RequestContext.builder()
                            .consistency(server.router.admit(now.value()))
                            .build()
                            .call(() -> Rig.nodeOf(server.router.decide(RouteScope.readOnly())))
                            .equals("r1"));
        }
        rig.standby(1).pauseReplay();
    }

    /** What is answered last takes nothing away that was answered before. */
    @ParameterizedTest
    @CsvSource({"cookie, here", "cookie, there", "session, here", "session, there"})
    void slowerOneOfTwoOverlappingWritersDoesNotTakeTheOthersPositionAway(String carrier, String faster)
            throws Exception {
        HttpClient client = client(carrier);
        CompletableFuture<String> slow = here.sendHeld(client, "POST", "/held");
        standStillHere();
        String id = server(faster).send(client, "POST", "/write");
        // Also has this server hear how far the other one's write is.
        assertThat(here.send(client, "GET", "/read?id=" + id)).isEqualTo("true p");
        answering.countDown();
        slow.get(LONG, TimeUnit.SECONDS);
        assertThat(here.send(client, "GET", "/read?id=" + id)).isEqualTo("true p");
        assertThat(there.send(client, "GET", "/read?id=" + id)).isEqualTo("true p");
    }

    /** A server of before knows fewer partitions, and another application on the same host knows others. */
    @ParameterizedTest
    @ValueSource(strings = {"earlier version", "other application"})
    void positionsOfClustersThatAServerDoesNotKnowAreCarriedAlong(String other) throws Exception {
        ReplicaRouter orders = rig.secondRouter("orders", SeveralServersTest::options);
        ReplicaRouter main = rig.secondRouter(SeveralServersTest::options);
        boolean several = other.equals("earlier version");
        Server server = new Server("orders", several ? Routers.of(main, orders) : orders, orders);
        try {
            HttpClient client = client(false);
            rig.standby(1).pauseReplay();
            String id = server.send(client, "POST", "/write");
            there.send(client, "POST", "/write");
            assertThat(server.send(client, "GET", "/read?id=" + id)).isEqualTo("true p");
            assertThat(server.send(client(false), "GET", "/read?id=" + id))
                    .as("of somebody else")
                    .isEqualTo("false r1");
        } finally {
            server.stop();
            main.close();
        }
    }

    @Test
    void storeThatIsSlowWithOneSessionHoldsNoOtherUp() throws Exception {
        HttpClient slow = client(true);
        here.send(slow, "POST", "/log-in?as=a");
        HttpClient other = client(true);
        here.send(other, "POST", "/log-in?as=b");
        CountDownLatch storing = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        sessions.onChange = id -> {
            if (id.equals("a")) {
                storing.countDown();
                waitFor(go);
            }
        };
        try {
            CompletableFuture<String> held = here.sendInBackground(slow, "POST", "/write");
            assertThat(storing.await(LONG, TimeUnit.SECONDS)).isTrue();
            assertThat(here.sendInBackground(other, "POST", "/write").get(LONG, TimeUnit.SECONDS))
                    .isNotEmpty();
            assertThat(held).isNotDone();
            go.countDown();
            assertThat(held.get(LONG, TimeUnit.SECONDS)).isNotEmpty();
        } finally {
            go.countDown();
            sessions.onChange = id -> {};
        }
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cookie", "session"})
    void slowReadDoesNotTakeThePositionOfAWriteAwayWithMonotonicReads(String carrier) throws Exception {
        Server monotonic = new Server(
                "monotonic", rig.secondRouter(builder -> options(builder).monotonicReads(true)));
        try {
            HttpClient client = client(carrier);
            String first = monotonic.send(client(false), "POST", "/write");
            standStillHere();
            CompletableFuture<String> slow = monotonic.sendHeld(client, "GET", "/held?id=" + first);
            String id = monotonic.send(client, "POST", "/write");
            answering.countDown();
            assertThat(slow.get(LONG, TimeUnit.SECONDS)).isEqualTo("true r1");
            if (carrier.equals("cookie")) {
                assertThat(((CookieManager) client.cookieHandler().orElseThrow())
                                .getCookieStore()
                                .getCookies())
                        .extracting(HttpCookie::getName)
                        .containsExactlyInAnyOrder("headroom-position", "headroom-position-seen");
            }
            assertThat(monotonic.send(client, "GET", "/read?id=" + id)).isEqualTo("true p");
        } finally {
            monotonic.stop();
        }
    }
}
