package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.Headroom;
import dev.headroom.RequestContext;
import dev.headroom.consistency.ConsistencyToken;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clusters that are too many, with names that are too long, for one token to tell of all. Their replicas show nothing of what is written, and say so: who
 * has written must be answered by the primaries. An application on a server says what its clients are told.
 */
@TestInstance(Lifecycle.PER_CLASS)
abstract class ManyClusters {
    static final int MANY = 16;
    static final int LONGEST_TOKEN = 512;

    /** Of so many there is room in a token, of twice as many there is not. */
    static final int MOST = 8;

    static final Duration LONG = Duration.ofSeconds(60);
    static final String OTHERS = "~*:";

    final List<LaggingPair> pairs = new ArrayList<>();
    private final Tomcat tomcat = new Tomcat();
    Routers routers;
    private Headroom headroom;

    @TempDir
    static Path base;

    static String name(int cluster) {
        return "c" + (10 + cluster) + "-" + "x".repeat(44);
    }

    @BeforeAll
    void start() throws Exception {
        for (int cluster = 0; cluster < MANY; cluster++) {
            pairs.add(new LaggingPair(name(cluster), Duration.ofMillis(100)));
        }
        routers = Routers.of(
                pairs.get(0).router,
                pairs.stream().skip(1).map(pair -> pair.router).toArray(ReplicaRouter[]::new));
        headroom = Headroom.builder("test").plug(routers).build();
        tomcat.setBaseDir(Files.createDirectories(base).toString());
        tomcat.setPort(0);
        Context context = tomcat.addContext("", base.toString());
        context.addServletContainerInitializer((types, servlets) -> headroom.register(servlets), null);
        Tomcat.addServlet(context, "app", new App());
        context.addServletMappingDecoded("/*", "app");
        tomcat.start();
        tomcat.getConnector();
    }

    @AfterAll
    void stop() throws Exception {
        tomcat.stop();
        tomcat.destroy();
        headroom.close();
        pairs.forEach(LaggingPair::close);
    }

    /** All is empty, and everybody knows how far everybody is. */
    @BeforeEach
    void begin() throws Exception {
        pairs.forEach(LaggingPair::fallBehind);
        awaitProbes();
    }

    void awaitProbes() throws Exception {
        for (int cluster = 0; cluster < MANY; cluster++) {
            LaggingPair pair = pairs.get(cluster);
            ConsistencyToken there =
                    new ConsistencyToken("v1~" + name(cluster) + ":1:" + Long.toHexString(pair.position("r")));
            await().atMost(LONG)
                    .pollInterval(Duration.ofMillis(10))
                    .pollInSameThread()
                    .until(() -> in(there, () -> Rig.nodeOf(pair.router.decide(RouteScope.readOnly())))
                            .equals("r"));
        }
    }

    static <T> T in(ConsistencyToken token, Callable<T> call) throws Exception {
        return RequestContext.builder().consistency(token).build().call(call);
    }

    void writeToAll() throws Exception {
        for (LaggingPair pair : pairs) {
            pair.write();
        }
    }

    List<String> readAll() throws Exception {
        List<String> answers = new ArrayList<>();
        for (LaggingPair pair : pairs) {
            answers.add(pair.read());
        }
        return answers;
    }

    static void assertAll(List<String> answers, String answer) {
        assertThat(answers).hasSize(MANY).containsOnly(answer);
    }

    /** Writes to a cluster, or to all; reads from one, or tells what the request must see. */
    private final class App extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
            try {
                if (request.getParameter("cluster") == null) {
                    writeToAll();
                } else {
                    pair(request).write();
                }
            } catch (Exception e) {
                throw new IOException(e);
            }
        }

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            try {
                boolean told = request.getParameter("cluster") == null;
                response.getWriter()
                        .print(
                                told
                                        ? RequestContext.current().consistency().value()
                                        : pair(request).read());
            } catch (Exception e) {
                throw new IOException(e);
            }
        }

        private LaggingPair pair(HttpServletRequest request) {
            return pairs.get(Integer.parseInt(request.getParameter("cluster")));
        }
    }

    HttpResponse<String> send(HttpClient client, String method, String path, String... headers) throws Exception {
        URI uri = URI.create("http://localhost:" + tomcat.getConnector().getLocalPort() + path);
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri).timeout(LONG).method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpResponse<String> response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
        return response;
    }

    static HttpClient browser() {
        return HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
    }

    static String position(HttpClient browser) {
        return ((CookieManager) browser.cookieHandler().orElseThrow())
                .getCookieStore().getCookies().stream()
                        .filter(cookie -> cookie.getName().equals("headroom-position"))
                        .map(HttpCookie::getValue)
                        .findFirst()
                        .orElse("");
    }
}
