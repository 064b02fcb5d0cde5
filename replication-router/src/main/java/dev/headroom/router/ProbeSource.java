package dev.headroom.router;

import dev.headroom.config.Checks;
import dev.headroom.router.internal.UrlProbeSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Opens the router's own connections to one node: one at a time, kept and asked over and over. Thread-safe.
 *
 * <p>An {@code open} that hangs holds up nothing but this node's probe thread; the node counts as down meanwhile.
 */
@FunctionalInterface
public interface ProbeSource {
    /**
     * Opens a connection that belongs to the router from now on.
     *
     * @param within how long it should take at most, as well as the source can see to it
     */
    Connection open(Duration within) throws SQLException;

    /**
     * Connects through {@link java.sql.DriverManager}; with PostgreSQL's and MariaDB's drivers, their timeouts are set.
     *
     * @throws dev.headroom.config.ConfigurationException if the URL does not begin with {@code jdbc:}
     */
    static ProbeSource url(String url, @Nullable String user, @Nullable String password) {
        Checks.that(
                url != null && url.startsWith("jdbc:"),
                "probe",
                UrlProbeSource.safe(url),
                "a URL that begins with jdbc:");
        return new UrlProbeSource(url, user, password);
    }

    /** Takes connections of a data source, best an unpooled one with timeouts of its own. */
    static ProbeSource of(DataSource dataSource) {
        Checks.present("probe", dataSource);
        return within -> dataSource.getConnection();
    }
}
