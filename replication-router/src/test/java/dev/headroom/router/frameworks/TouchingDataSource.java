package dev.headroom.router.frameworks;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** Asks something of every connection before anybody else gets it, as listeners and observers do. */
public final class TouchingDataSource extends DelegatingDataSource {
    private volatile Touch touch = Touch.GET_META_DATA;
    private volatile long touched;

    /** From now on connections come from there. */
    public void use(DataSource target, Touch next) {
        setTargetDataSource(target);
        touch = next;
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = super.getConnection();
        touch.on(connection);
        touched++;
        return connection;
    }

    /** How many connections were asked. */
    public long touched() {
        return touched;
    }
}
