package dev.headroom.testkit.internal.postgres;

import dev.headroom.testkit.PostgresNode;
import dev.headroom.testkit.ServiceException;
import dev.headroom.testkit.internal.FileTree;
import dev.headroom.testkit.internal.LocalProcess;
import dev.headroom.testkit.internal.Waiting;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** A node of an embedded cluster. */
final class EmbeddedNode implements PostgresNode {

    private static final Duration REPOINT = Duration.ofSeconds(10);

    private final EmbeddedCluster cluster;
    private final PostgresServer server;
    private final String name;
    private final ReentrantLock control = new ReentrantLock();

    private volatile @Nullable EmbeddedNode upstream;
    private volatile boolean cut;
    private volatile boolean paused;
    private volatile Duration delay = Duration.ZERO;

    EmbeddedNode(EmbeddedCluster cluster, PostgresServer server, String name) {
        this.cluster = cluster;
        this.server = server;
        this.name = name;
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
        exclusively(() -> {
            requireStandby();
            Sql.execute(adminUrl(), "select pg_wal_replay_pause()");
            // a replay that waits for a delay to pass confirms later, and replays nothing in between
            String wanted = delay.isZero() ? "state = 'paused'" : "state <> 'not paused'";
            await(
                    "replay did not pause",
                    () -> Sql.holds(adminUrl(), "select " + wanted + " from pg_get_wal_replay_pause_state() as state"));
            paused = true;
        });
    }

    @Override
    public void resumeReplay() {
        exclusively(() -> {
            requireStandby();
            Sql.execute(adminUrl(), "select pg_wal_replay_resume()");
            paused = false;
        });
    }

    @Override
    public void replayDelay(Duration delay) {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("replayDelay: " + delay + " (expected: >= 0)");
        }
        exclusively(() -> {
            requireStandby();
            alterSystem("recovery_min_apply_delay", Long.toString(delay.toMillis()));
            this.delay = delay;
        });
    }

    @Override
    public void cutStream() {
        exclusively(() -> {
            requireStandby();
            alterSystem("primary_conninfo", "");
            cut = true;
            if (!paused && delay.isZero()) {
                await(
                        "stream was not cut",
                        () -> Sql.holds(adminUrl(), "select count(*) = 0 from pg_stat_wal_receiver"));
            }
        });
    }

    @Override
    public void restoreStream() {
        exclusively(() -> {
            requireStandby();
            Sql.execute(adminUrl(), "alter system reset primary_conninfo", "select pg_reload_conf()");
            cut = false;
            EmbeddedNode from = upstream;
            if (!paused && delay.isZero() && from != null && from.running() && !from.server.suspended()) {
                awaitStream();
            }
        });
    }

    @Override
    public void promote() {
        exclusively(() -> {
            requireStandby();
            if (!Sql.holds(
                    adminUrl(),
                    "select pg_promote(true, " + cluster.options().timeout().toSeconds() + ")")) {
                throw new ServiceException(
                        name + " was not promoted in time:\n" + server.process().logTail());
            }
            upstream = null;
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
            if (upstream != null && running() && !server.suspended() && repoint(target)) {
                return;
            }
            server.kill();
            server.files().removeSharedMemory();
            FileTree.delete(server.files().data());
            copyFrom(target);
            start();
            awaitStream();
        });
    }

    @Override
    public void waitUntilCaughtUp() {
        if (upstream == null) {
            return;
        }
        requireStandby();
        if (paused || cut) {
            throw new IllegalStateException(name + " can't catch up: its "
                    + (paused ? "replay is paused, call resumeReplay()" : "stream is cut, call restoreStream()"));
        }
        String target = Sql.value(cluster.primary().jdbcUrl("postgres"), "select pg_current_wal_flush_lsn()");
        await(
                "did not replay " + target,
                delay,
                () -> Sql.holds(adminUrl(), "select pg_last_wal_replay_lsn() >= '" + target + "'"));
    }

    /** Whether nothing keeps this standby from catching up. */
    boolean follows() {
        return upstream != null && running() && !server.suspended() && !paused && !cut;
    }

    /** Fills the data directory with a copy of a primary's and makes this its standby. */
    void copyFrom(EmbeddedNode primary) {
        OnlineCopy.copy(primary.adminUrl(), primary.server.files().data(), server.files());
        upstream = primary;
        cut = false;
        delay = Duration.ZERO;
    }

    /** Starts for the first time in this JVM. */
    void firstStart() {
        server.firstStart(role());
        if (upstream != null) {
            awaitStream();
        }
    }

    private void start() {
        paused = false;
        cluster.requireOpen();
        server.start(role());
    }

    private boolean repoint(EmbeddedNode target) {
        upstream = target;
        cut = false;
        server.reload(role());
        Sql.execute(adminUrl(), "alter system reset primary_conninfo", "select pg_reload_conf()");
        return Waiting.holdsWithin(REPOINT, this::streams);
    }

    private Map<String, String> role() {
        EmbeddedNode from = upstream;
        if (from == null) {
            return Map.of();
        }
        return Map.of(
                "primary_conninfo",
                "host=127.0.0.1 port=" + from.port() + " user=" + username() + " password=" + password()
                        + " application_name=" + name);
    }

    private void awaitStream() {
        await("does not stream", this::streams);
    }

    private boolean streams() {
        EmbeddedNode from = upstream;
        return from != null
                && Sql.holds(
                        from.adminUrl(),
                        "select count(*) > 0 from pg_stat_replication where state = 'streaming' and application_name = '"
                                + name + "'");
    }

    /** Sets a parameter and returns when the server has told its processes. */
    private void alterSystem(String parameter, String value) {
        Sql.execute(adminUrl(), "alter system set " + parameter + " = '" + value + "'", "select pg_reload_conf()");
        // a new session has the values of the postmaster, which tells the others in the same breath
        await(
                parameter + " did not change",
                () -> Sql.holds(
                        adminUrl(),
                        "select setting = '" + value + "' from pg_settings where name = '" + parameter + "'"));
    }

    private void requireStandby() {
        if (upstream == null) {
            throw new IllegalStateException(name + " is the primary, not a standby");
        }
        if (!running()) {
            throw new IllegalStateException(name + " does not run: restart() it first");
        }
        if (server.suspended()) {
            throw new IllegalStateException(name + " is suspended: resume() it first");
        }
    }

    private void await(String what, BooleanSupplier condition) {
        await(what, Duration.ZERO, condition);
    }

    private void await(String what, Duration extra, BooleanSupplier condition) {
        Waiting.until(
                name + ": " + what,
                cluster.options().timeout().plus(extra),
                condition,
                () -> "paused=" + paused + ", cut=" + cut + ", delay=" + delay + ", log:\n"
                        + server.process().logTail());
    }

    private String adminUrl() {
        return jdbcUrl("postgres");
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
