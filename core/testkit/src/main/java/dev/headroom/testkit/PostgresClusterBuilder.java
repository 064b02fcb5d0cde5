package dev.headroom.testkit;

import dev.headroom.testkit.internal.postgres.EmbeddedCluster;
import dev.headroom.testkit.internal.postgres.PostgresOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Sets up a {@link PostgresCluster}. Not safe for use by several threads. */
public final class PostgresClusterBuilder {

    private static final int MOST_STANDBYS = 8;
    private static final Pattern SETTING_NAME = Pattern.compile("[a-z_][a-z0-9_.]*");
    private static final Pattern DATABASE_NAME = Pattern.compile("[a-z_][a-z0-9_]{0,62}");
    private static final Set<String> RESERVED =
            Set.of("port", "listen_addresses", "max_connections", "primary_conninfo", "data_directory", "hba_file");

    private final Map<String, String> settings = new LinkedHashMap<>();
    private int standbys;
    private int maxConnections = 200;
    private @Nullable Path dataDirectory;
    private String database = "postgres";
    private Duration timeout = Duration.ofSeconds(60);
    private boolean closeAtExit = true;

    PostgresClusterBuilder() {}

    /**
     * Sets how many standbys stream from the primary.
     *
     * @param count 0 to 8; default 0
     * @throws IllegalArgumentException if the count is out of range
     */
    public PostgresClusterBuilder standbys(int count) {
        require(count >= 0 && count <= MOST_STANDBYS, "standbys", count, "0 to " + MOST_STANDBYS);
        this.standbys = count;
        return this;
    }

    /**
     * Sets how many connections each node takes, those of the standbys' streams not counted.
     *
     * @param count 10 to 5000; default 200
     * @throws IllegalArgumentException if the count is out of range
     */
    public PostgresClusterBuilder maxConnections(int count) {
        require(count >= 10 && count <= 5000, "maxConnections", count, "10 to 5000");
        this.maxConnections = count;
        return this;
    }

    /**
     * Sets a configuration parameter of PostgreSQL on every node, over the test kit's own choice.
     *
     * @param name the parameter, for example {@code max_standby_streaming_delay}
     * @param value its value as in {@code postgresql.conf}, without quotes
     * @throws IllegalArgumentException if the name is not one of a parameter, or is one that the test kit has to set
     */
    public PostgresClusterBuilder setting(String name, String value) {
        require(SETTING_NAME.matcher(name).matches(), "setting", name, "the name of a parameter in lower case");
        require(!RESERVED.contains(name), "setting", name, "not one of " + RESERVED + ", which the test kit sets");
        require(value.indexOf('\n') < 0, "setting " + name, value, "a single line");
        settings.put(name, value);
        return this;
    }

    /**
     * Keeps the data in a directory. It is made on the first start and taken over by later ones, also when the JVM that
     * used it was killed: servers that it left running are recognised by the directory they work in and ended first.
     * Only the primary's data is kept; the standbys are copied from it anew on every start. With a directory the
     * primary's commits are synced to disk ({@code fsync}), without one they are not.
     *
     * @param directory the directory; default none, a temporary one
     */
    public PostgresClusterBuilder dataDirectory(Path directory) {
        this.dataDirectory = directory;
        return this;
    }

    /**
     * Sets the database that the nodes' {@code jdbcUrl()} names; it is created if it is not there.
     *
     * @param name lower case letters, digits and underscores; default {@code postgres}, which always exists
     * @throws IllegalArgumentException if the name has other characters
     */
    public PostgresClusterBuilder database(String name) {
        require(DATABASE_NAME.matcher(name).matches(), "database", name, "[a-z_][a-z0-9_]*, up to 63 characters");
        this.database = name;
        return this;
    }

    /**
     * Sets how long to wait for a server to start, to catch up, or for a control to take effect.
     *
     * @param timeout more than zero; default 60 seconds
     * @throws IllegalArgumentException if the timeout is not positive
     */
    public PostgresClusterBuilder timeout(Duration timeout) {
        require(!timeout.isNegative() && !timeout.isZero(), "timeout", timeout, "> 0");
        this.timeout = timeout;
        return this;
    }

    /**
     * Says whether to close the cluster when the JVM ends. An application that closes it in a shutdown hook of its own,
     * after its last query, says no.
     *
     * @param close default true
     */
    public PostgresClusterBuilder closeAtExit(boolean close) {
        this.closeAtExit = close;
        return this;
    }

    /**
     * Starts the cluster and returns when all its nodes take connections.
     *
     * @throws ServiceException if a node does not start, or the data directory is used by another JVM or was made by
     *     another major version of PostgreSQL
     */
    public PostgresCluster start() {
        return EmbeddedCluster.start(
                new PostgresOptions(standbys, maxConnections, settings, dataDirectory, database, timeout, closeAtExit));
    }

    private static void require(boolean valid, String name, Object value, String rule) {
        if (!valid) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + rule + ")");
        }
    }
}
