package dev.headroom.router.internal.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The routed connection, as its statements see it while it is bound to one node. */
public interface StatementOwner {
    /** What a statement says its connection is. */
    Connection connection();

    /** Before a statement is executed; throws if it must not be, for example because its connection has moved on. */
    void begin(String sql) throws SQLException;

    /**
     * After it was executed.
     *
     * @return what to throw, null if there was no failure
     */
    @Nullable SQLException end(String sql, long nanos, @Nullable SQLException failure);

    /** When a statement has been closed. */
    void closed();
}
