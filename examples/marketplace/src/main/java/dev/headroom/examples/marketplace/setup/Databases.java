package dev.headroom.examples.marketplace.setup;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.queue.SchemaInstaller;
import dev.headroom.router.ReplicaRouter;
import dev.headroom.router.ReplicaRouterBuilder;
import dev.headroom.router.hikari.HikariNodes;
import dev.headroom.testkit.PostgresCluster;
import dev.headroom.testkit.PostgresNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** The primary and its standbys: those of the environment, or an embedded pair. */
public final class Databases implements AutoCloseable {
    private static final int POOL_SIZE = 20;
    private static final Duration FRESH_ENOUGH = Duration.ofSeconds(2);
    private static final Duration FIRST_ANSWER = Duration.ofSeconds(30);
    private static final Duration TOO_OLD = Duration.ofSeconds(30);
    private static final long SCHEMA_LOCK = 0x6d61726b6574L;

    private final Optional<PostgresCluster> embedded;
    private final HikariDataSource primary;
    private final ReplicaRouter router;
    private final Deque<AutoCloseable> opened;

    private Databases(Settings settings, Deque<AutoCloseable> opened) throws IOException, SQLException {
        embedded = settings.database().isPresent()
                ? Optional.empty()
                : Optional.of(startEmbedded(settings.dataDir().resolve("postgres")));
        embedded.ifPresent(opened::push);
        Settings.Database main = settings.database()
                .orElseGet(() -> database(embedded.orElseThrow().primary()));
        List<String> replicaUrls = embedded.map(cluster ->
                        cluster.standbys().stream().map(PostgresNode::jdbcUrl).toList())
                .orElse(settings.replicas());
        primary = pool("primary", main.url(), main);
        opened.push(primary);
        awaitAnswer(primary);
        installSchema(primary);
        ReplicaRouterBuilder builder = ReplicaRouter.builder("main")
                .primary(HikariNodes.node("primary", primary))
                .staleness(FRESH_ENOUGH, TOO_OLD);
        for (int i = 0; i < replicaUrls.size(); i++) {
            String name = "standby" + (i + 1);
            HikariDataSource replica = pool(name, replicaUrls.get(i), main);
            opened.push(replica);
            builder.replica(HikariNodes.node(name, replica));
        }
        router = builder.build();
        opened.push(router);
        this.opened = opened;
    }

    /** Opens the databases and brings their tables up to date; what was opened is closed again when something fails. */
    public static Databases open(Settings settings) throws IOException, SQLException {
        Deque<AutoCloseable> opened = new ArrayDeque<>();
        try {
            return new Databases(settings, opened);
        } catch (RuntimeException | IOException | SQLException failure) {
            Closing.all(opened).ifPresent(failure::addSuppressed);
            throw failure;
        }
    }

    /** Routes reads to standbys and writes to the primary. */
    public ReplicaRouter router() {
        return router;
    }

    /** The primary alone. */
    public HikariDataSource primary() {
        return primary;
    }

    /** Whether this process runs the database itself. */
    public boolean isEmbedded() {
        return embedded.isPresent();
    }

    private static PostgresCluster startEmbedded(Path folder) {
        return PostgresCluster.builder()
                .dataDirectory(folder)
                .database("marketplace")
                .standbys(1)
                .closeAtExit(false)
                .start();
    }

    private static Settings.Database database(PostgresNode node) {
        return new Settings.Database(node.jdbcUrl(), node.username(), node.password());
    }

    private static HikariDataSource pool(String name, String url, Settings.Database main) {
        HikariConfig config = new HikariConfig();
        config.setPoolName(name);
        config.setJdbcUrl(url);
        config.setUsername(main.user());
        config.setPassword(main.password());
        config.setMaximumPoolSize(POOL_SIZE);
        config.setInitializationFailTimeout(-1);
        config.setConnectionTimeout(5_000);
        config.setValidationTimeout(500);
        return new HikariDataSource(config);
    }

    /** A database may start together with the site, but a wrong address should be told soon. */
    private static void awaitAnswer(HikariDataSource primary) throws IOException {
        long deadline = System.nanoTime() + FIRST_ANSWER.toNanos();
        while (true) {
            try (Connection answer = primary.getConnection()) {
                return;
            } catch (SQLException e) {
                if (Thread.currentThread().isInterrupted() || System.nanoTime() - deadline >= 0) {
                    Throwable why = e.getCause() != null ? e.getCause() : e;
                    throw new IOException(
                            "the database at " + Settings.withoutSecrets(primary.getJdbcUrl()) + " can't be used: "
                                    + why.getMessage(),
                            e);
                }
            }
        }
    }

    /** One instance at a time: they may start together. */
    private static void installSchema(HikariDataSource primary) throws IOException, SQLException {
        try (Connection connection = primary.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("select pg_advisory_lock(" + SCHEMA_LOCK + ")");
            try {
                statement.execute(script());
                SchemaInstaller.install(primary);
            } finally {
                statement.execute("select pg_advisory_unlock(" + SCHEMA_LOCK + ")");
            }
        }
    }

    private static String script() throws IOException {
        try (InputStream script = Databases.class.getResourceAsStream("schema.sql")) {
            if (script == null) {
                throw new IOException("schema.sql is not on the class path");
            }
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Override
    public void close() {
        Closing.all(opened).ifPresent(failure -> {
            throw failure;
        });
    }
}
