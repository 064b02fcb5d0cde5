package dev.headroom.router.internal.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;

/** Rows that a {@code DatabaseMetaData} made, on a statement of the driver's own: they are what counts as open then. */
public final class MetaDataRows extends RoutedRows {
    private final StatementOwner owner;
    private boolean closed;

    /** @param owner is told of the end */
    public MetaDataRows(ResultSet delegate, StatementOwner owner) {
        super(delegate, null);
        this.owner = owner;
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (!type.isInstance(this)) {
            owner.unwrapped();
        }
        return super.unwrap(type);
    }

    @Override
    public void close() throws SQLException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            super.close();
        } finally {
            owner.closed();
        }
    }
}
