package dev.headroom.testkit.internal.mariadb;

import dev.headroom.testkit.MariaDbNode;
import dev.headroom.testkit.ServiceException;
import dev.headroom.testkit.internal.LocalService;
import dev.headroom.testkit.internal.Waiting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** A node of a MariaDB cluster of the test kit's. */
final class LocalMariaDbNode extends LocalService implements MariaDbNode {

    static final String USER = "test";
    static final String ADMIN = "admin";

    private final LocalMariaDbCluster cluster;
    private final Path data;
    private final int number;
    private volatile @Nullable LocalMariaDbNode primary;
    private volatile boolean cut;
    private volatile boolean paused;
    private volatile Duration delay = Duration.ZERO;

    /** Names a node over a fresh copy of the installed data; a replica if a primary is given. */
    LocalMariaDbNode(LocalMariaDbCluster cluster, int number, @Nullable LocalMariaDbNode primary) {
        super("maria-" + number, cluster.directory());
        this.cluster = cluster;
        this.number = number;
        this.primary = primary;
        this.data = cluster.directory().resolve("maria-" + number);
    }

    Path data() {
        return data;
    }

    void begin() {
        firstStart();
    }

    void end() {
        shutDown();
    }

    @Override
    public String jdbcUrl() {
        return jdbcUrl("test");
    }

    @Override
    public String jdbcUrl(String database) {
        return url(database, USER);
    }

    @Override
    public String username() {
        return USER;
    }

    @Override
    public String password() {
        return cluster.password();
    }

    @Override
    public DataSource dataSource() {
        return MariaDbSql.dataSource(jdbcUrl());
    }

    @Override
    public DataSource dataSource(String database) {
        return MariaDbSql.dataSource(jdbcUrl(database));
    }

    @Override
    public void pauseReplay() {
        exclusively(() -> {
            requireReplica();
            MariaDbSql.execute(adminUrl(), "stop slave sql_thread");
            paused = true;
        });
    }

    @Override
    public void resumeReplay() {
        exclusively(() -> {
            requireReplica();
            MariaDbSql.execute(adminUrl(), "start slave sql_thread");
            paused = false;
        });
    }

    @Override
    public void replayDelay(Duration delay) {
        if (delay.isNegative() || delay.getNano() != 0) {
            throw new IllegalArgumentException("replayDelay: " + delay + " (expected: whole seconds, >= 0)");
        }
        exclusively(() -> {
            requireReplica();
            MariaDbSql.execute(adminUrl(), "stop slave", "change master to master_delay=" + delay.toSeconds());
            this.delay = delay;
            startThreads();
        });
    }

    @Override
    public void cutStream() {
        exclusively(() -> {
            requireReplica();
            MariaDbSql.execute(adminUrl(), "stop slave io_thread");
            cut = true;
        });
    }

    @Override
    public void restoreStream() {
        exclusively(() -> {
            requireReplica();
            cut = false;
            startThreads();
        });
    }

    @Override
    public void promote() {
        exclusively(() -> {
            requireReplica();
            MariaDbSql.execute(adminUrl(), "stop slave", "reset slave all", "set global read_only=0");
            primary = null;
            cluster.promoted(this);
        });
    }

    @Override
    public void waitUntilCaughtUp() {
        LocalMariaDbNode from = primary;
        if (from == null) {
            return;
        }
        requireReplica();
        if (paused || cut) {
            throw new IllegalStateException(name() + " can't catch up: its "
                    + (paused ? "replay is paused, call resumeReplay()" : "stream is cut, call restoreStream()"));
        }
        String target = MariaDbSql.value(from.adminUrl(), "select @@gtid_binlog_pos as position", "position")
                .orElse("");
        long seconds = Math.max(1, cluster.timeout().plus(delay).toSeconds());
        String query = "select master_gtid_wait('" + target + "', " + seconds + ") as result";
        if (!"0".equals(MariaDbSql.value(adminUrl(), query, "result").orElse(""))) {
            throw new ServiceException(
                    name() + " did not replay " + target + " within " + seconds + " s: " + snapshot());
        }
    }

    /** Whether nothing keeps this replica from catching up. */
    boolean follows() {
        return primary != null && running() && !suspended() && !paused && !cut;
    }

    String adminUrl() {
        return url("mysql", ADMIN);
    }

    @Override
    protected List<String> command(int port) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("max-connections", Integer.toString(cluster.options().maxConnections()));
        settings.putAll(cluster.options().settings());
        settings.put("datadir", data.toString());
        settings.put("port", Integer.toString(port));
        settings.put("socket", data.resolve("socket").toString());
        settings.put("pid-file", data.resolve("pid").toString());
        settings.put("server-id", Integer.toString(number));
        settings.put("init-file", cluster.initFile().toString());
        if (primary != null) {
            settings.put("read-only", "1");
        }
        return cluster.programs().serverCommand(settings);
    }

    @Override
    protected boolean answers() {
        return MariaDbSql.answers(adminUrl());
    }

    /** Starts to replicate, from where it was; a pause ends with the process, a cut does not. */
    @Override
    protected void started() {
        LocalMariaDbNode from = primary;
        if (from == null) {
            return;
        }
        paused = false;
        MariaDbSql.execute(
                adminUrl(),
                "change master to master_host='127.0.0.1', master_port=" + from.port() + ", master_user='" + ADMIN
                        + "', master_password='" + password() + "', master_use_gtid=slave_pos, master_connect_retry=1");
        startThreads();
    }

    private void startThreads() {
        if (!paused) {
            MariaDbSql.execute(adminUrl(), "start slave sql_thread");
        }
        if (cut) {
            return;
        }
        MariaDbSql.execute(adminUrl(), "start slave io_thread");
        LocalMariaDbNode from = primary;
        if (from != null && from.running() && !from.suspended()) {
            Waiting.until(
                    name() + " does not stream from " + from.name(),
                    cluster.timeout(),
                    () -> "Yes".equals(status("Slave_IO_Running")),
                    this::snapshot);
        }
    }

    private String status(String column) {
        return MariaDbSql.value(adminUrl(), "show slave status", column).orElse("");
    }

    private String snapshot() {
        return "paused=" + paused + ", cut=" + cut + ", delay=" + delay + ", io=" + status("Slave_IO_Running") + " "
                + status("Last_IO_Error") + ", sql=" + status("Slave_SQL_Running") + " " + status("Last_SQL_Error");
    }

    private void requireReplica() {
        if (primary == null) {
            throw new IllegalStateException(name() + " is the primary, not a standby");
        }
        if (!running()) {
            throw new IllegalStateException(name() + " does not run: restart() it first");
        }
        if (suspended()) {
            throw new IllegalStateException(name() + " is suspended: resume() it first");
        }
    }

    private String url(String database, String user) {
        return "jdbc:mariadb://" + host() + ":" + port() + "/" + database + "?user=" + user + "&password=" + password();
    }
}
