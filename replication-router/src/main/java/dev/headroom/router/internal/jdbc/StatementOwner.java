package dev.headroom.router.internal.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The routed connection, as its statements see it while it is bound to one node. */
public interface StatementOwner {
    /** What a statement says its connection is. */
    Connection connection();

    /**
     * Before a statement is executed; throws if it must not be, for example because its connection has moved on.
     *
     * @return when it begins, or 0 when nobody wants to know how long it takes
     */
    long begin(String sql) throws SQLException;

    /**
     * After it was executed.
     *
     * @param startedAt what {@link #begin} returned
     * @return what to throw, null if there was no failure
     */
    @Nullable SQLException end(String sql, long startedAt, @Nullable SQLException failure);

    /** Before the driver's own statement or result is given out, with which anything may be done. */
    void unwrapped();

    /** When a statement has been closed. */
    void closed();
}
