package dev.headroom.queue.internal.sql;

import dev.headroom.config.ConfigurationException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Refuses an H2 database in files that an interrupt closes. A thread that is interrupted while it reads or writes a {@link
 * java.nio.channels.FileChannel} closes it, H2 then closes the whole database, and the queue interrupts runs: at a timeout, a cancellation, the end
 * of the lease and of the process. Asynchronous channels are not closed so; a server's threads and memory know no such interrupts.
 */
final class H2Files {
    private static final String SCHEME = "jdbc:h2:";
    private static final List<String> SAFE =
            List.of("mem:", "tcp:", "ssl:", "async:", "memFS:", "memLZF:", "nioMemFS:", "nioMemLZF:");
    private static final Pattern SPLIT = Pattern.compile("^split:(\\d+:)?");

    private H2Files() {}

    static void check(Connection connection) throws SQLException {
        String url = connection.getMetaData().getURL();
        if (url != null && url.startsWith(SCHEME)) {
            check(url.replaceFirst(";.*", ""));
        }
    }

    static void check(String url) {
        String path = SPLIT.matcher(url.substring(SCHEME.length())).replaceFirst("");
        if (SAFE.stream().noneMatch(path::startsWith)) {
            throw new ConfigurationException(
                    "dataSource",
                    url,
                    SCHEME + "async:" + path.replaceFirst("^(file|nio|nioMapped|retry):", "")
                            + "; an interrupted job closes any other H2 database in files");
        }
    }
}
