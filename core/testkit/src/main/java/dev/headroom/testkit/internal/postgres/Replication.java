package dev.headroom.testkit.internal.postgres;

import dev.headroom.testkit.ServiceException;
import dev.headroom.testkit.internal.Waiting;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a node follows its primary and what keeps it from doing so. Guarded by the node; what several threads read is
 * volatile.
 *
 * <p>The stream's address is in the test kit's settings file. {@code ALTER SYSTEM} overrides it with nothing to cut the
 * stream, and resetting that mends it.
 */
final class Replication {

    private static final Duration REPOINT = Duration.ofSeconds(3);

    private final EmbeddedNode node;
    private final PostgresServer server;
    private final Duration timeout;

    private volatile @Nullable EmbeddedNode upstream;
    private volatile boolean cut;
    private volatile boolean paused;
    private volatile Duration delay = Duration.ZERO;

    Replication(EmbeddedNode node, PostgresServer server, Duration timeout) {
        this.node = node;
        this.server = server;
        this.timeout = timeout;
    }

    boolean isStandby() {
        return upstream != null;
    }

    /** Whether nothing keeps this standby from catching up. */
    boolean follows() {
        return isStandby() && server.running() && !server.suspended() && !paused && !cut;
    }

    /** The settings that make the server a standby of its primary; none for a primary. */
    Map<String, String> role() {
        EmbeddedNode from = upstream;
        if (from == null) {
            return Map.of();
        }
        // a standby is a copy that can be made again: nothing of it has to reach the disk
        return Map.of(
                "fsync",
                "off",
                "primary_conninfo",
                "host=127.0.0.1 port=" + from.port() + " user=" + node.username() + " password=" + node.password()
                        + " application_name=" + node.name());
    }

    /** The data is a fresh copy of a primary's. */
    void copiedFrom(EmbeddedNode primary) {
        upstream = primary;
        cut = false;
        delay = Duration.ZERO;
    }

    /** The server has forgotten what is not in its files. */
    void restarting() {
        paused = false;
    }

    void promoted() {
        upstream = null;
        paused = false;
        cut = false;
        delay = Duration.ZERO;
        server.writeSettings(role());
        readSettingsFile();
    }

    void pause() {
        requireStandby();
        Sql.execute(adminUrl(), "select pg_wal_replay_pause()");
        // a replay that waits for a delay to pass confirms later, and replays nothing in between
        String wanted = delay.isZero() ? "state = 'paused'" : "state <> 'not paused'";
        await("replay did not pause", "select " + wanted + " from pg_get_wal_replay_pause_state() as state");
        paused = true;
    }

    void resume() {
        requireStandby();
        Sql.execute(adminUrl(), "select pg_wal_replay_resume()");
        paused = false;
    }

    void delay(Duration delay) {
        requireStandby();
        alterSystem("recovery_min_apply_delay", Long.toString(delay.toMillis()));
        this.delay = delay;
    }

    void cut() {
        requireStandby();
        alterSystem("primary_conninfo", "");
        cut = true;
        if (replaysAtOnce()) {
            await("stream was not cut", "select count(*) = 0 from pg_stat_wal_receiver");
        }
    }

    void restore() {
        requireStandby();
        readSettingsFile();
        cut = false;
        EmbeddedNode from = upstream;
        if (replaysAtOnce() && from != null && from.running() && !from.server().suspended()) {
            awaitStream();
        }
    }

    /** Points a running standby at another primary; returns false if it does not stream from there. */
    boolean repoint(EmbeddedNode target) {
        upstream = target;
        cut = false;
        server.writeSettings(role());
        readSettingsFile();
        return Sql.holdsWithin(REPOINT, adminUrl(), streamsFrom(target));
    }

    void awaitStream() {
        EmbeddedNode from = upstream;
        if (from != null) {
            await("does not stream from " + from.name(), streamsFrom(from));
        }
    }

    void waitUntilCaughtUp(EmbeddedNode primary) {
        requireStandby();
        if (paused || cut) {
            throw new IllegalStateException(node.name() + " can't catch up: its "
                    + (paused ? "replay is paused, call resumeReplay()" : "stream is cut, call restoreStream()"));
        }
        String target = Sql.value(primary.adminUrl(), "select pg_current_wal_flush_lsn()");
        await("did not replay " + target, "select pg_last_wal_replay_lsn() >= '" + target + "'");
    }

    private boolean replaysAtOnce() {
        return !paused && delay.isZero();
    }

    /**
     * Asks the standby whether it streams on the primary's timeline. One that has replayed more than a promoted primary
     * ever had does connect to it, again and again, and stays on the timeline before.
     */
    private static String streamsFrom(EmbeddedNode primary) {
        String timeline = Sql.value(
                primary.adminUrl(), "select ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int");
        return "select count(*) > 0 from pg_stat_wal_receiver where status = 'streaming' and received_tli = " + timeline
                + " and sender_port = " + primary.port();
    }

    private void readSettingsFile() {
        Sql.execute(adminUrl(), "alter system reset primary_conninfo", "select pg_reload_conf()");
    }

    /** Sets a parameter and returns when the server has told its processes. */
    private void alterSystem(String parameter, String value) {
        Sql.execute(adminUrl(), "alter system set " + parameter + " = '" + value + "'", "select pg_reload_conf()");
        // a new session has the values of the postmaster, which tells the others in the same breath
        Waiting.until(
                node.name() + ": " + parameter + " did not change",
                timeout,
                () -> Sql.holds(
                        adminUrl(),
                        "select setting = '" + value + "' from pg_settings where name = '" + parameter + "'"),
                this::snapshot);
    }

    void requireStandby() {
        if (!isStandby()) {
            throw new IllegalStateException(node.name() + " is the primary, not a standby");
        }
        if (!server.running()) {
            throw new IllegalStateException(node.name() + " does not run: restart() it first");
        }
        if (server.suspended()) {
            throw new IllegalStateException(node.name() + " is suspended: resume() it first");
        }
    }

    private void await(String what, String query) {
        Duration longest = timeout.plus(delay);
        if (!Sql.holdsWithin(longest, adminUrl(), query)) {
            throw new ServiceException(
                    node.name() + ": " + what + " within " + longest.toMillis() + " ms: " + snapshot());
        }
    }

    private String snapshot() {
        return "paused=" + paused + ", cut=" + cut + ", delay=" + delay + ", log:\n"
                + server.process().logTail();
    }

    private String adminUrl() {
        return node.adminUrl();
    }
}
