package dev.headroom.router.internal;

import dev.headroom.router.ProbeSource;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Connects through {@link DriverManager}.
 *
 * @param url the JDBC URL
 * @param user the user, null where the URL has it
 * @param password the password, null where the URL has it
 */
public record UrlProbeSource(
        String url, @Nullable String user, @Nullable String password) implements ProbeSource {
    @Override
    public Connection open(Duration within) throws SQLException {
        Properties properties = new Properties();
        if (user != null) {
            properties.setProperty("user", user);
        }
        if (password != null) {
            properties.setProperty("password", password);
        }
        if (url.startsWith("jdbc:postgresql:")) {
            // The driver counts whole seconds; finer deadlines are set on the open connection.
            String seconds = String.valueOf(Math.max(1, within.plusMillis(999).toSeconds()));
            properties.setProperty("connectTimeout", seconds);
            properties.setProperty("socketTimeout", seconds);
            properties.setProperty("ApplicationName", "headroom-router");
        } else if (url.startsWith("jdbc:mariadb:")) {
            String millis = String.valueOf(Math.max(1, within.toMillis()));
            properties.setProperty("connectTimeout", millis);
            properties.setProperty("socketTimeout", millis);
        }
        return DriverManager.getConnection(url, properties);
    }

    /** The URL without its parameters, which may hold a password. */
    public static String safe(@Nullable String url) {
        if (url == null) {
            return "null";
        }
        int parameters = url.indexOf('?');
        return parameters < 0 ? url : url.substring(0, parameters);
    }

    @Override
    public String toString() {
        return safe(url);
    }
}
