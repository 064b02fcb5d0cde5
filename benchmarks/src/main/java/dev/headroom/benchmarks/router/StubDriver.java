package dev.headroom.benchmarks.router;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverPropertyInfo;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Properties;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** {@link Stub} as a driver, for peers that ask for a URL. The hosts of its URLs do not exist. */
public final class StubDriver implements Driver {
    /** What its URLs begin with: what it speaks must be known to the peers. */
    static final String URL = "jdbc:postgresql://stub-";

    @Override
    public @Nullable Connection connect(String url, Properties info) {
        return acceptsURL(url) ? Stub.connection() : null;
    }

    @Override
    public boolean acceptsURL(String url) {
        return url.startsWith(URL);
    }

    @Override
    public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) {
        return new DriverPropertyInfo[0];
    }

    @Override
    public int getMajorVersion() {
        return 1;
    }

    @Override
    public int getMinorVersion() {
        return 0;
    }

    @Override
    public boolean jdbcCompliant() {
        return false;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("no logger");
    }
}
