package dev.headroom.queue.internal.sql;

import dev.headroom.config.ConfigurationException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses an H2 database in files that an interrupt closes, and warns of one that keeps commits in memory for a while. A thread that is
 * interrupted while it reads or writes a {@link java.nio.channels.FileChannel} closes it, H2 then closes the whole database, and the queue
 * interrupts runs: at a timeout, a cancellation, the end of the lease and of the process. Asynchronous channels are not closed so; a
 * server's threads and memory know no such interrupts.
 *
 * <p>H2 writes what has committed up to {@code WRITE_DELAY} later, 500 ms unless told otherwise;
 * with 0 a commit returns when it is written.
 */
final class H2Files {
    private static final String SCHEME = "jdbc:h2:";
    private static final List<String> SAFE =
            List.of("mem:", "tcp:", "ssl:", "async:", "memFS:", "memLZF:", "nioMemFS:", "nioMemLZF:");
    private static final Pattern SPLIT = Pattern.compile("^split:(\\d+:)?");

    private static final Logger log = LoggerFactory.getLogger(H2Files.class);

    private H2Files() {}

    static void check(Connection connection) throws SQLException {
        String url = connection.getMetaData().getURL();
        if (url != null && url.startsWith(SCHEME)) {
            check(url.replaceFirst(";.*", ""));
            int delay = writeDelay(connection);
            if (delay > 0) {
                log.warn(
                        "queue: H2 writes commits to its files up to WRITE_DELAY: {} ms later (expected: 0, by ;WRITE_DELAY=0"
                                + " in the URL): jobs and rows that committed since are lost when its process is killed",
                        delay);
            }
        }
    }

    /** In milliseconds; 0 in memory, where a setting beside the true value may say otherwise. */
    private static int writeDelay(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                        "select min(cast(setting_value as integer)) from information_schema.settings"
                                + " where setting_name = 'WRITE_DELAY'");
                ResultSet rows = statement.executeQuery()) {
            rows.next();
            return rows.getInt(1);
        }
    }

    static void check(String url) {
        String path = SPLIT.matcher(url.substring(SCHEME.length())).replaceFirst("");
        if (SAFE.stream().noneMatch(path::startsWith)) {
            throw new ConfigurationException(
                    "dataSource",
                    url,
                    SCHEME + "async:" + path.replaceFirst("^(file|nio|nioMapped|retry):", "")
                            + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE; an interrupted job closes any other H2 database in files");
        }
    }
}
