package dev.headroom.examples.storm.site;

import dev.headroom.examples.storm.output.Output;
import dev.headroom.testkit.MemcachedNode;
import dev.headroom.testkit.PostgresCluster;
import dev.headroom.testkit.PostgresNode;
import dev.headroom.testkit.ServiceException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A marketplace of its own: a primary and standbys, memcached when there are several instances, and the instances
 * themselves, all in a temporary directory. Closing ends and removes everything, also in the middle of a start.
 * Thread-safe.
 */
public final class StartedSite implements Site {
    private final Output output;
    private final List<AutoCloseable> opened = new CopyOnWriteArrayList<>();
    private final List<URI> instances = new CopyOnWriteArrayList<>();
    /** Held by a start all the while, so that who closes finds everything that was opened. */
    private final ReentrantLock lock = new ReentrantLock();

    private volatile boolean closed;
    private volatile boolean sharesMemcached;
    private volatile Optional<Inside> inside = Optional.empty();
    private volatile Optional<PostgresCluster> databases = Optional.empty();

    /** Nothing yet. */
    public StartedSite(Output output) {
        this.output = output;
    }

    /** Starts it; whatever happens, close it. */
    public void start(StartOptions options) throws IOException, InterruptedException {
        requireJar(options.jar());
        lock.lock();
        try {
            startAll(options);
        } finally {
            lock.unlock();
        }
    }

    private void startAll(StartOptions options) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("headroom-storm-");
        keep(() -> delete(directory));
        output.say("Starting a primary and " + options.standbys() + " standby(s) …");
        PostgresCluster cluster = PostgresCluster.builder()
                .standbys(options.standbys())
                .database("marketplace")
                .setting("synchronous_commit", options.synchronous() ? "on" : "local")
                .closeAtExit(false)
                .start();
        keep(cluster::close);
        databases = Optional.of(cluster);
        if (options.synchronous()) {
            waitForAStandby(cluster);
        }
        Path blobs = directory.resolve("blobs");
        inside = Optional.of(new Inside(cluster, blobs));
        Map<String, String> environment = new HashMap<>(options.environment());
        environment.putAll(addresses(cluster));
        environment.put("BLOB_DIR", blobs.toString());
        if (options.instances() > 1) {
            memcached(environment);
        }
        sharesMemcached = !environment.getOrDefault("MEMCACHED", "").isBlank();
        List<Instance> starting = new ArrayList<>();
        for (int number = 1; number <= options.instances(); number++) {
            starting.add(instance(number, options, environment, directory));
        }
        for (Instance instance : starting) {
            instances.add(instance.awaitOpen());
        }
        output.say("The marketplace is open at " + joined(instances) + ".");
    }

    private Instance instance(int number, StartOptions options, Map<String, String> environment, Path directory)
            throws IOException {
        String name = "marketplace-" + number;
        output.say("Starting " + name + " …");
        Path data = Files.createDirectory(directory.resolve(name));
        Path logs = options.logDirectory().isPresent()
                ? Files.createDirectories(options.logDirectory().get())
                : directory;
        Map<String, String> own = new HashMap<>(environment);
        own.put("PORT", "0");
        own.put("DATA_DIR", data.toString());
        Instance instance = Instance.start(options.jar(), own, data, logs.resolve(name + ".log"));
        keep(instance);
        return instance;
    }

    /** From now on a commit is acknowledged when one of the standbys has it, whichever it is. */
    private static void waitForAStandby(PostgresCluster cluster) throws IOException {
        try (Connection connection = cluster.primary().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("alter system set synchronous_standby_names = 'ANY 1 (*)'");
            statement.execute("select pg_reload_conf()");
        } catch (SQLException e) {
            throw new IOException("the primary does not wait for standbys: " + e.getMessage(), e);
        }
    }

    private static Map<String, String> addresses(PostgresCluster cluster) {
        PostgresNode primary = cluster.primary();
        return Map.of(
                "DATABASE_URL", primary.jdbcUrl(),
                "DATABASE_USER", primary.username(),
                "DATABASE_PASSWORD", primary.password(),
                "REPLICA_URLS",
                        cluster.standbys().stream().map(PostgresNode::jdbcUrl).collect(Collectors.joining(",")));
    }

    private void memcached(Map<String, String> environment) {
        if (!environment.getOrDefault("MEMCACHED", "").isEmpty()) {
            return;
        }
        try {
            MemcachedNode node = MemcachedNode.start();
            keep(node::close);
            environment.put("MEMCACHED", node.hostAndPort());
        } catch (ServiceException e) {
            output.say("No memcached, so each instance has its own sessions and its own cache: " + e.getMessage());
        }
    }

    @Override
    public List<URI> instances() {
        return List.copyOf(instances);
    }

    @Override
    public Optional<Inside> inside() {
        return inside;
    }

    @Override
    public boolean sharesMemcached() {
        return sharesMemcached;
    }

    @Override
    public Optional<PostgresCluster> databases() {
        return databases;
    }

    @Override
    public void close() {
        closed = true;
        // a start that waits for one of them goes on, finds the site closed, and lets go of the lock
        opened.stream().filter(Instance.class::isInstance).forEach(instance -> ((Instance) instance).requestStop());
        lock.lock();
        try {
            for (int last = opened.size() - 1; last >= 0; last--) {
                closeOne(opened.remove(last));
            }
        } finally {
            lock.unlock();
        }
    }

    /** Keeps it to be closed, which may be at once. */
    private void keep(AutoCloseable part) {
        opened.add(part);
        if (closed) {
            throw new IllegalStateException("the site was closed while it started");
        }
    }

    private void closeOne(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            output.say("Could not clean up: " + e);
        }
    }

    private static void requireJar(Path jar) throws IOException {
        if (!Files.isRegularFile(jar)) {
            throw new IOException(
                    "There is no marketplace at " + jar
                            + ": build it with 'mvn -q -pl examples/marketplace -am -DskipTests package', or say --marketplace-jar");
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(StartedSite::deleteOne);
        }
    }

    private static void deleteOne(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String joined(List<URI> instances) {
        return instances.stream().map(URI::toString).collect(Collectors.joining(" and "));
    }
}
