package dev.headroom.testkit.internal.postgres;

import dev.headroom.testkit.PostgresNode;
import dev.headroom.testkit.ServiceException;
import dev.headroom.testkit.internal.FileTree;
import dev.headroom.testkit.internal.LocalProcess;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;

/** A node of an embedded cluster: its address, its process, and one lock for whatever is done to it. */
final class EmbeddedNode implements PostgresNode {

    private final EmbeddedCluster cluster;
    private final PostgresServer server;
    private final Replication replication;
    private final String name;
    private final ReentrantLock control = new ReentrantLock();

    EmbeddedNode(EmbeddedCluster cluster, PostgresServer server, String name) {
        this.cluster = cluster;
        this.server = server;
        this.name = name;
        this.replication = new Replication(this, server, cluster.options().timeout());
    }

    PostgresServer server() {
        return server;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String host() {
        return "127.0.0.1";
    }

    @Override
    public int port() {
        return server.port();
    }

    @Override
    public long pid() {
        return server.process().pid();
    }

    @Override
    public boolean running() {
        return server.running();
    }

    @Override
    public String jdbcUrl() {
        return jdbcUrl(cluster.options().database());
    }

    @Override
    public String jdbcUrl(String database) {
        return "jdbc:postgresql://" + host() + ":" + port() + "/" + database + "?user=" + username() + "&password="
                + password();
    }

    @Override
    public String username() {
        return PostgresPrograms.SUPERUSER;
    }

    @Override
    public String password() {
        return cluster.password();
    }

    @Override
    public DataSource dataSource() {
        return Sql.dataSource(jdbcUrl());
    }

    @Override
    public DataSource dataSource(String database) {
        return Sql.dataSource(jdbcUrl(database));
    }

    @Override
    public void suspend() {
        exclusively(() -> {
            LocalProcess process = server.process();
            if (!process.suspended()) {
                process.suspend();
            }
        });
    }

    @Override
    public void resume() {
        exclusively(() -> {
            if (server.suspended()) {
                server.process().resume();
            }
        });
    }

    @Override
    public void kill() {
        exclusively(server::kill);
    }

    @Override
    public void stop() {
        exclusively(server::stop);
    }

    @Override
    public void restart() {
        exclusively(() -> {
            server.stop();
            start();
        });
    }

    @Override
    public void pauseReplay() {
        exclusively(replication::pause);
    }

    @Override
    public void resumeReplay() {
        exclusively(replication::resume);
    }

    @Override
    public void replayDelay(Duration delay) {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("replayDelay: " + delay + " (expected: >= 0)");
        }
        exclusively(() -> replication.delay(delay));
    }

    @Override
    public void cutStream() {
        exclusively(replication::cut);
    }

    @Override
    public void restoreStream() {
        exclusively(replication::restore);
    }

    @Override
    public void promote() {
        exclusively(() -> {
            replication.requireStandby();
            long seconds = Math.max(1, cluster.options().timeout().toSeconds());
            if (!Sql.holds(adminUrl(), "select pg_promote(true, " + seconds + ")")) {
                throw new ServiceException(
                        name + " was not promoted in time:\n" + server.process().logTail());
            }
            replication.promoted();
            cluster.promoted(this);
        });
    }

    @Override
    public void follow(PostgresNode primary) {
        EmbeddedNode target = cluster.own(primary);
        if (target == this) {
            throw new IllegalArgumentException("follow: " + name + " (expected: another node)");
        }
        exclusively(() -> {
            boolean canBePointed = replication.isStandby() && running() && !server.suspended();
            if (canBePointed && replication.repoint(target)) {
                return;
            }
            server.kill();
            server.files().removeSharedMemory();
            FileTree.delete(server.files().data());
            copyFrom(target);
            start();
            replication.awaitStream();
        });
    }

    @Override
    public void waitUntilCaughtUp() {
        if (replication.isStandby()) {
            replication.waitUntilCaughtUp(cluster.primaryNode());
        }
    }

    boolean follows() {
        return replication.follows();
    }

    /** Fills the data directory with a copy of a primary's and makes this its standby. */
    void copyFrom(EmbeddedNode primary) {
        OnlineCopy.copy(primary.adminUrl(), primary.server.files().data(), server.files());
        replication.copiedFrom(primary);
    }

    /** Starts for the first time in this JVM. */
    void firstStart() {
        server.firstStart(replication.role());
        if (replication.isStandby()) {
            replication.awaitStream();
        }
    }

    String adminUrl() {
        return jdbcUrl("postgres");
    }

    private void start() {
        replication.restarting();
        cluster.requireOpen();
        server.start(replication.role());
    }

    private void exclusively(Runnable action) {
        control.lock();
        try {
            action.run();
        } finally {
            control.unlock();
        }
    }
}
