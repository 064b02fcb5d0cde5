package dev.headroom.router.frameworks;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** Asks something of every connection before anybody else gets it, as listeners and observers do. */
public final class TouchingDataSource extends DelegatingDataSource {
    private volatile Touch touch = Touch.GET_META_DATA;
    private final AtomicLong touched = new AtomicLong();

    /** From now on connections come from there. */
    public void use(DataSource target, Touch next) {
        setTargetDataSource(target);
        touch = next;
        touched.set(0);
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = super.getConnection();
        touch.on(connection);
        touched.incrementAndGet();
        return connection;
    }

    /** How many connections were asked since {@link #use}. */
    public long touched() {
        return touched.get();
    }
}
