package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.Headroom;
import dev.headroom.RequestContext;
import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.router.shard.ShardMap;
import dev.headroom.router.shard.Shards;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** Clusters that are too many, with names that are too long, for one token to tell of all. */
@TestInstance(Lifecycle.PER_CLASS)
class ManyClustersTest {
    private static final int MANY = 16;
    private static final int LONGEST_TOKEN = 512;

    /** Of so many there is room in a token, of twice as many there is not. */
    private static final int MOST = 8;

    private final ToldRoles roles = new ToldRoles();
    private final List<JdbcConnectionPool> pools = new ArrayList<>();
    private final Tomcat tomcat = new Tomcat();
    private Routers routers;
    private Headroom headroom;

    @TempDir
    static Path base;

    private static String name(int cluster) {
        return "c" + (10 + cluster) + "-" + "x".repeat(44);
    }

    private static String token(int first, int end) {
        StringBuilder token = new StringBuilder("v1");
        IntStream.range(first, end)
                .forEach(cluster -> token.append('~').append(name(cluster)).append(":1:1"));
        return token.toString();
    }

    @BeforeAll
    void start() throws Exception {
        roles.primary("p");
        List<ReplicaRouter> all =
                IntStream.range(0, MANY).mapToObj(this::router).toList();
        routers = Routers.of(all.get(0), all.subList(1, MANY).toArray(new ReplicaRouter[0]));
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

    private ReplicaRouter router(int cluster) {
        String url = "jdbc:h2:mem:many-" + cluster + ";DB_CLOSE_DELAY=-1";
        JdbcConnectionPool pool = JdbcConnectionPool.create(url, "sa", "");
        pools.add(pool);
        Rig.execute(pool, "create table note (id int)");
        return Rig.patient(ReplicaRouter.builder(name(cluster)))
                .staleness(Duration.ofSeconds(20), Duration.ofSeconds(30))
                .dialect(roles)
                .primary(NodeSpec.of("p", pool).probe(url, "sa", ""))
                .replica(NodeSpec.of("r", pool).probe(url, "sa", ""))
                .build();
    }

    @AfterAll
    void stop() throws Exception {
        tomcat.stop();
        tomcat.destroy();
        headroom.close();
        for (JdbcConnectionPool pool : pools) {
            Rig.execute(pool, "shutdown");
            pool.dispose();
        }
    }

    private void write(int cluster) throws SQLException {
        try (Connection connection = routers.get(name(cluster)).dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("insert into note values (1)");
        }
    }

    /** Writes to a cluster; tells what the request must see. */
    private final class App extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
            try {
                write(Integer.parseInt(request.getParameter("cluster")));
            } catch (SQLException e) {
                throw new IOException(e);
            }
        }

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.getWriter().print(RequestContext.current().consistency().value());
        }
    }

    private HttpResponse<String> send(String method, String path, String cookies) throws Exception {
        URI uri = URI.create("http://localhost:" + tomcat.getConnector().getLocalPort() + path);
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .timeout(Duration.ofSeconds(60))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (!cookies.isEmpty()) {
            request.header("Cookie", cookies);
        }
        HttpResponse<String> response =
                HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
        return response;
    }

    @Test
    void whoWritesIsAnsweredAndToldItsOwnPosition() throws Exception {
        assertThat(send("POST", "/?cluster=" + (MANY - 1), "").headers().firstValue("Set-Cookie"))
                .hasValueSatisfying(cookie -> assertThat(cookie)
                        .startsWith("headroom-position=v1~")
                        .contains(name(MANY - 1) + ":1:1", name(0) + ":1:1"));
    }

    @Test
    void threadThatHasWrittenToAllReadsAll() throws Exception {
        ShardMap.Builder map = ShardMap.builder("db", MANY);
        IntStream.range(0, MANY).forEach(cluster -> map.place(cluster + 1, cluster + 1, name(cluster)));
        try (Shards shards = Shards.builder(map.build(), routers).build()) {
            shards.install();
            for (int cluster = 0; cluster < MANY; cluster++) {
                write(cluster);
            }
            assertThat(shards.scatter((cluster, parts, connection) -> cluster).results())
                    .hasSize(MANY);
        }
    }

    @Test
    void newestOfAllLeavesRoomForWhatIsWrittenNext() {
        ConsistencyToken own = new ConsistencyToken("v1~" + name(MANY - 1) + ":0:1");
        ConsistencyToken newest = routers.newest(own);
        assertThat(newest.value())
                .contains("~" + name(MANY - 1) + ":1:1", "~" + name(0) + ":1:1")
                .hasSizeLessThanOrEqualTo(LONGEST_TOKEN / 2);
        ConsistencyToken full = new ConsistencyToken(token(0, MOST));
        assertThat(routers.newest(full)).isEqualTo(full);
    }

    @Test
    void cookieOfWhatWasWrittenCountsWhereThatOfWhatWasSeenDoesNotFit() throws Exception {
        String written = token(MOST, 2 * MOST);
        for (String cookies : List.of(
                "headroom-position=" + written + "; headroom-position-seen=" + token(0, MOST),
                "headroom-position-seen=" + token(0, MOST) + "; headroom-position=" + written)) {
            assertThat(send("GET", "/", cookies).body()).isEqualTo(written);
        }
    }
}
