package dev.headroom.testkit.internal.postgres;

import dev.headroom.testkit.PostgresCluster;
import dev.headroom.testkit.PostgresNode;
import dev.headroom.testkit.ServiceException;
import dev.headroom.testkit.TestDatabase;
import dev.headroom.testkit.internal.Ending;
import dev.headroom.testkit.internal.ExitHook;
import dev.headroom.testkit.internal.FileTree;
import dev.headroom.testkit.internal.OwnedDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A cluster whose servers this JVM has started. */
public final class EmbeddedCluster implements PostgresCluster {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedCluster.class);
    private static final String NODE_PREFIX = "pg-";
    private static final String INITIAL = "initdb";

    private final PostgresOptions options;
    private final OwnedDirectory directory;
    private final PostgresPrograms programs;
    private final ClusterState state;
    private final List<EmbeddedNode> nodes = new CopyOnWriteArrayList<>();
    private final ReentrantLock growth = new ReentrantLock();
    private final AtomicInteger databases = new AtomicInteger();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Runnable atExit = this::close;

    private volatile EmbeddedNode primary;

    private EmbeddedCluster(PostgresOptions options, OwnedDirectory directory, PostgresPrograms programs) {
        this.options = options;
        this.directory = directory;
        this.programs = programs;
        this.state = ClusterState.of(directory.path());
        this.primary = node(state.primary());
    }

    /** Starts a cluster. */
    public static EmbeddedCluster start(PostgresOptions options) {
        PostgresPrograms programs =
                new PostgresPrograms(PostgresBinaries.unpacked(), UnprivilegedCommand.forThisUser());
        Path given = options.dataDirectory();
        OwnedDirectory directory = given == null ? OwnedDirectory.temporary("pg") : OwnedDirectory.at(given);
        long begin = System.nanoTime();
        EmbeddedCluster cluster = created(options, directory, programs);
        if (options.closeAtExit()) {
            ExitHook.add(cluster.atExit);
        }
        try {
            cluster.startAll();
            LOG.info(
                    "testkit: PostgreSQL {} with {} standbys in {} after {} ms",
                    programs.major(),
                    options.standbys(),
                    directory.path(),
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
        return cluster;
    }

    private static EmbeddedCluster created(
            PostgresOptions options, OwnedDirectory directory, PostgresPrograms programs) {
        try {
            return new EmbeddedCluster(options, directory, programs);
        } catch (RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    PostgresOptions options() {
        return options;
    }

    String password() {
        return state.password();
    }

    EmbeddedNode primaryNode() {
        return primary;
    }

    @Override
    public PostgresNode primary() {
        return primary;
    }

    @Override
    public List<PostgresNode> standbys() {
        PostgresNode current = primary;
        return nodes().stream().filter(node -> node != current).toList();
    }

    @Override
    public List<PostgresNode> nodes() {
        return List.copyOf(nodes);
    }

    @Override
    public PostgresNode addStandby() {
        growth.lock();
        try {
            requireOpen();
            EmbeddedNode standby = node(freeName());
            standby.copyFrom(primary);
            nodes.add(standby);
            standby.firstStart();
            return standby;
        } finally {
            growth.unlock();
        }
    }

    @Override
    public TestDatabase createDatabase() {
        String name = "test_" + databases.incrementAndGet();
        Sql.execute(primary.adminUrl(), "create database " + name);
        waitUntilCaughtUp();
        return new TestDatabase(this, name, this::dropDatabase);
    }

    private void dropDatabase(String name) {
        Sql.execute(primary.adminUrl(), "drop database if exists " + name + " with (force)");
    }

    @Override
    public void waitUntilCaughtUp() {
        nodes.stream().filter(EmbeddedNode::follows).forEach(EmbeddedNode::waitUntilCaughtUp);
    }

    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        List<Runnable> steps = new ArrayList<>();
        // the primary's data is all that is worth keeping
        if (!options.temporary()) {
            nodes.stream().filter(node -> node != primary).forEach(node -> steps.add(node.server()::requestQuit));
            steps.add(primary.server()::stop);
        }
        nodes.forEach(node -> steps.add(node.server()::requestQuit));
        nodes.forEach(node -> steps.add(node.server()::awaitQuit));
        steps.add(directory::close);
        steps.add(() -> ExitHook.remove(atExit));
        Ending.run(steps);
    }

    void requireOpen() {
        if (closed.get()) {
            throw new IllegalStateException("the cluster is closed");
        }
    }

    void promoted(EmbeddedNode node) {
        primary = node;
        state.primary(node.name());
    }

    EmbeddedNode own(PostgresNode node) {
        return nodes.stream()
                .filter(own -> own == node)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "follow: " + node.name() + " (expected: a node of the same cluster)"));
    }

    private void startAll() {
        takeOver();
        nodes.add(primary);
        if (!primary.server().files().exists()) {
            initialise(primary.server().files());
        }
        requireSameVersion(primary.server().files());
        primary.firstStart();
        createMainDatabase();
        for (int i = 0; i < options.standbys(); i++) {
            addStandby();
        }
    }

    /**
     * Ends what a killed JVM has left running and throws away the copies that it made; the copies first, because a
     * primary does not end before its standbys have the rest of its log.
     */
    private void takeOver() {
        try (Stream<Path> found = Files.list(directory.path())) {
            found.filter(Files::isDirectory).filter(this::isCopy).forEach(path -> {
                NodeFiles copy = new NodeFiles(path);
                copy.killLeftovers();
                copy.removeSharedMemory();
                FileTree.delete(path);
            });
        } catch (IOException e) {
            throw new ServiceException("could not read " + directory.path(), e);
        }
        NodeFiles kept = primary.server().files();
        if (kept.exists()) {
            kept.stopLeftovers();
            kept.forgetAlterSystem();
        }
    }

    private boolean isCopy(Path path) {
        String name = path.getFileName().toString();
        return (name.startsWith(NODE_PREFIX) || name.startsWith(INITIAL)) && !name.equals(primary.name());
    }

    /** Makes the data beside its place and moves it there, so that a start that was killed half-way is no data. */
    private void initialise(NodeFiles files) {
        Path log = directory.path().resolve("initdb.log");
        try {
            Path fresh = Files.createTempDirectory(directory.path(), INITIAL).resolve("data");
            programs.initdb(fresh, state.password(), log);
            new NodeFiles(fresh).includeSettings();
            Files.move(fresh, files.data());
            Files.delete(fresh.getParent());
        } catch (IOException e) {
            throw new ServiceException("could not make " + files.data(), e);
        }
    }

    private void requireSameVersion(NodeFiles files) {
        String version = files.version();
        if (!version.equals(Integer.toString(programs.major()))) {
            throw new ServiceException("dataDirectory: " + directory.path() + " was made by PostgreSQL " + version
                    + " (expected: " + programs.major() + ", the version on the class path)");
        }
    }

    private void createMainDatabase() {
        String url = primary.adminUrl();
        String missing = "select count(*) = 0 from pg_database where datname = '" + options.database() + "'";
        if (Sql.holds(url, missing)) {
            LOG.debug("testkit: creating database {}", options.database());
            Sql.execute(url, "create database " + options.database());
        }
    }

    private EmbeddedNode node(String name) {
        return new EmbeddedNode(this, new PostgresServer(programs, options, directory.path(), name), name);
    }

    private String freeName() {
        int number = 1;
        while (taken(NODE_PREFIX + number)) {
            number++;
        }
        return NODE_PREFIX + number;
    }

    private boolean taken(String name) {
        Optional<EmbeddedNode> node =
                nodes.stream().filter(existing -> existing.name().equals(name)).findFirst();
        return node.isPresent();
    }
}
