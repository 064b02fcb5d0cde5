package dev.headroom.testkit.internal.mariadb;

import dev.headroom.testkit.MariaDbCluster;
import dev.headroom.testkit.MariaDbNode;
import dev.headroom.testkit.ServiceException;
import dev.headroom.testkit.TestDatabase;
import dev.headroom.testkit.internal.Ending;
import dev.headroom.testkit.internal.ExitHook;
import dev.headroom.testkit.internal.FileTree;
import dev.headroom.testkit.internal.OwnedDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A MariaDB cluster whose servers this JVM has started.
 *
 * <p>The data is installed once and copied for each node before its first start. No binary log is ever removed, so a
 * replica can be added at any time: it begins with the empty copy and replays everything.
 */
public final class LocalMariaDbCluster implements MariaDbCluster {

    private static final Logger LOG = LoggerFactory.getLogger(LocalMariaDbCluster.class);

    private final MariaDbOptions options;
    private final MariaDbPrograms programs;
    private final OwnedDirectory directory;
    private final String password = randomPassword();
    private final List<LocalMariaDbNode> nodes = new CopyOnWriteArrayList<>();
    private final ReentrantLock growth = new ReentrantLock();
    private final AtomicInteger databases = new AtomicInteger();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Runnable atExit = this::close;
    private volatile @Nullable LocalMariaDbNode promoted;

    private LocalMariaDbCluster(MariaDbOptions options, MariaDbPrograms programs, OwnedDirectory directory) {
        this.options = options;
        this.programs = programs;
        this.directory = directory;
    }

    /** Starts a cluster. */
    public static MariaDbCluster start(MariaDbOptions options) {
        MariaDbSql.requireDriver(LocalMariaDbCluster.class.getClassLoader());
        MariaDbPrograms programs = new MariaDbPrograms();
        long begin = System.nanoTime();
        LocalMariaDbCluster cluster = new LocalMariaDbCluster(options, programs, OwnedDirectory.temporary("mariadb"));
        ExitHook.add(cluster.atExit);
        try {
            cluster.startAll();
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
        LOG.info(
                "testkit: MariaDB with {} replicas in {} after {} ms",
                options.standbys(),
                cluster.directory(),
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
        return cluster;
    }

    MariaDbOptions options() {
        return options;
    }

    MariaDbPrograms programs() {
        return programs;
    }

    Duration timeout() {
        return options.timeout();
    }

    Path directory() {
        return directory.path();
    }

    Path initFile() {
        return directory().resolve("init.sql");
    }

    String password() {
        return password;
    }

    @Override
    public MariaDbNode primary() {
        return current();
    }

    private LocalMariaDbNode current() {
        LocalMariaDbNode promoted = this.promoted;
        return promoted != null ? promoted : nodes.get(0);
    }

    void promoted(LocalMariaDbNode node) {
        promoted = node;
    }

    @Override
    public List<MariaDbNode> standbys() {
        MariaDbNode primary = primary();
        return nodes().stream().filter(node -> node != primary).toList();
    }

    @Override
    public List<MariaDbNode> nodes() {
        return List.copyOf(nodes);
    }

    @Override
    public MariaDbNode addStandby() {
        growth.lock();
        try {
            LocalMariaDbNode replica = new LocalMariaDbNode(this, nodes.size() + 1, current());
            begin(replica);
            replica.waitUntilCaughtUp();
            return replica;
        } finally {
            growth.unlock();
        }
    }

    @Override
    public TestDatabase createDatabase() {
        String name = "test_" + databases.incrementAndGet();
        MariaDbSql.execute(current().adminUrl(), "create database " + name);
        waitUntilCaughtUp();
        return new TestDatabase(this, name, this::dropDatabase);
    }

    @Override
    public void waitUntilCaughtUp() {
        nodes.stream().filter(LocalMariaDbNode::follows).forEach(LocalMariaDbNode::waitUntilCaughtUp);
    }

    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        List<Runnable> steps = new ArrayList<>();
        nodes.forEach(node -> steps.add(node::end));
        steps.add(directory::close);
        steps.add(() -> ExitHook.remove(atExit));
        Ending.run(steps);
    }

    private void startAll() {
        programs.install(installed(), directory().resolve("install.log"));
        writeInitFile();
        begin(new LocalMariaDbNode(this, 1, null));
        MariaDbSql.execute(nodes.get(0).adminUrl(), "create database test");
        for (int i = 0; i < options.standbys(); i++) {
            addStandby();
        }
    }

    private void begin(LocalMariaDbNode node) {
        if (closed.get()) {
            throw new IllegalStateException("the cluster is closed");
        }
        FileTree.copy(installed(), node.data(), file -> true);
        nodes.add(node);
        node.begin();
    }

    private Path installed() {
        return directory().resolve("installed");
    }

    /** Run by every server at every start, so it must do no harm the second time; nothing of it goes into the log. */
    private void writeInitFile() {
        List<String> statements = List.of(
                "set sql_log_bin=0;",
                "create user if not exists '" + LocalMariaDbNode.ADMIN + "'@'%' identified by '" + password + "';",
                "grant all on *.* to '" + LocalMariaDbNode.ADMIN + "'@'%' with grant option;",
                "create user if not exists '" + LocalMariaDbNode.USER + "'@'%' identified by '" + password + "';",
                "grant all on *.* to '" + LocalMariaDbNode.USER + "'@'%' with grant option;",
                "revoke read only admin on *.* from '" + LocalMariaDbNode.USER + "'@'%';",
                "drop user if exists ''@'localhost';",
                "drop user if exists 'root'@'localhost', 'root'@'127.0.0.1', 'root'@'::1';");
        try {
            Files.write(initFile(), statements);
        } catch (IOException e) {
            throw new ServiceException("could not write " + initFile(), e);
        }
    }

    private void dropDatabase(String name) {
        MariaDbSql.execute(current().adminUrl(), "drop database if exists " + name);
    }

    private static String randomPassword() {
        byte[] bytes = new byte[16];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
