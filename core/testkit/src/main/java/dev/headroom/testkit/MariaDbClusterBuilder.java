package dev.headroom.testkit;

import dev.headroom.testkit.internal.mariadb.LocalMariaDbCluster;
import dev.headroom.testkit.internal.mariadb.MariaDbOptions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Sets up a {@link MariaDbCluster}. Not safe for use by several threads. */
public final class MariaDbClusterBuilder {

    private static final int MOST_STANDBYS = 8;
    private static final Pattern SETTING_NAME = Pattern.compile("[a-z][a-z0-9_-]*");
    private static final Set<String> RESERVED =
            Set.of("port", "socket", "datadir", "bind-address", "server-id", "log-bin", "init-file", "max-connections");

    private final Map<String, String> settings = new LinkedHashMap<>();
    private int standbys;
    private int maxConnections = 200;
    private Duration timeout = Duration.ofSeconds(60);

    MariaDbClusterBuilder() {}

    /**
     * Sets how many replicas the primary has.
     *
     * @param count 0 to 8; default 0
     * @throws IllegalArgumentException if the count is out of range
     */
    public MariaDbClusterBuilder standbys(int count) {
        require(count >= 0 && count <= MOST_STANDBYS, "standbys", count, "0 to " + MOST_STANDBYS);
        this.standbys = count;
        return this;
    }

    /**
     * Sets how many connections each node takes.
     *
     * @param count 10 to 5000; default 200
     * @throws IllegalArgumentException if the count is out of range
     */
    public MariaDbClusterBuilder maxConnections(int count) {
        require(count >= 10 && count <= 5000, "maxConnections", count, "10 to 5000");
        this.maxConnections = count;
        return this;
    }

    /**
     * Sets an option of {@code mariadbd} on every node, over the test kit's own choice.
     *
     * @param name the option as on the command line, without its dashes, for example {@code innodb-lock-wait-timeout}
     * @param value its value
     * @throws IllegalArgumentException if the name is not one of an option, or is one that the test kit has to set
     */
    public MariaDbClusterBuilder setting(String name, String value) {
        require(SETTING_NAME.matcher(name).matches(), "setting", name, "the name of an option in lower case");
        String dashed = name.replace('_', '-');
        require(!RESERVED.contains(dashed), "setting", name, "not one of " + RESERVED + ", which the test kit sets");
        settings.put(dashed, value);
        return this;
    }

    /**
     * Sets how long to wait for a server to catch up or for a control to take effect.
     *
     * @param timeout more than zero; default 60 seconds
     * @throws IllegalArgumentException if the timeout is not positive
     */
    public MariaDbClusterBuilder timeout(Duration timeout) {
        require(!timeout.isNegative() && !timeout.isZero(), "timeout", timeout, "> 0");
        this.timeout = timeout;
        return this;
    }

    /**
     * Starts the cluster and returns when all its nodes take connections.
     *
     * @throws ServiceException if MariaDB is not installed, its driver is not on the class path, or a node does not start
     */
    public MariaDbCluster start() {
        return LocalMariaDbCluster.start(new MariaDbOptions(standbys, maxConnections, settings, timeout));
    }

    private static void require(boolean valid, String name, Object value, String rule) {
        if (!valid) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + rule + ")");
        }
    }
}
