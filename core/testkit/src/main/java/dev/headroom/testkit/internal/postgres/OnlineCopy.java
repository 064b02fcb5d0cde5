package dev.headroom.testkit.internal.postgres;

import dev.headroom.testkit.ServiceException;
import dev.headroom.testkit.internal.FileTree;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;

/**
 * Copies the data of a running primary for a standby, by PostgreSQL's low-level backup functions: {@code pg_basebackup} is
 * not among the embedded programs.
 *
 * <p>The files change while they are copied; the log from the start of the backup on, which the standby streams from the
 * primary, puts them right. The label that the backup returns tells the standby where to start.
 *
 * @see <a href="https://www.postgresql.org/docs/current/continuous-archiving.html">Making a Base Backup Using the Low
 *     Level API</a>
 */
final class OnlineCopy {

    /** Files that belong to the running server, not to its data. */
    private static final Set<String> NOT_DATA =
            Set.of("postmaster.pid", "postmaster.opts", "postgresql.auto.conf", "headroom.conf", "pg_internal.init");

    /** Directories whose content a standby makes itself. */
    private static final Set<String> EMPTIED = Set.of(
            "pg_wal",
            "pg_replslot",
            "pg_dynshmem",
            "pg_notify",
            "pg_serial",
            "pg_snapshots",
            "pg_stat_tmp",
            "pg_subtrans");

    private OnlineCopy() {}

    static void copy(String jdbcUrl, Path source, NodeFiles target) {
        // the backup lasts as long as the session that started it
        try (Connection connection = Sql.connect(jdbcUrl);
                Statement statement = connection.createStatement()) {
            statement.execute("select pg_backup_start('headroom', true)");
            FileTree.copy(source, target.data(), OnlineCopy::wanted);
            try (ResultSet row = statement.executeQuery("select labelfile from pg_backup_stop(false)")) {
                row.next();
                target.writeBackupLabel(row.getString(1));
            }
        } catch (SQLException e) {
            throw new ServiceException("could not copy " + source + ": " + e.getMessage(), e);
        }
        target.forgetAlterSystem();
        target.markAsStandby();
    }

    private static boolean wanted(Path file) {
        return !NOT_DATA.contains(file.getFileName().toString())
                && !EMPTIED.contains(file.getName(0).toString());
    }
}
