package dev.headroom.testkit.internal.postgres;

import dev.headroom.testkit.PostgresNode;
import dev.headroom.testkit.internal.ExternalDatabaseNode;
import dev.headroom.testkit.internal.JdbcUrl;
import javax.sql.DataSource;

/** A PostgreSQL server that somebody else runs. */
final class ExternalNode extends ExternalDatabaseNode implements PostgresNode {

    private static final int DEFAULT_PORT = 5432;

    ExternalNode(String jdbcUrl) {
        super(JdbcUrl.parse(jdbcUrl, "postgresql", DEFAULT_PORT));
    }

    @Override
    public DataSource dataSource() {
        return Sql.dataSource(jdbcUrl());
    }

    @Override
    public DataSource dataSource(String database) {
        return Sql.dataSource(jdbcUrl(database));
    }

    @Override
    public void promote() {
        throw notOurs("promote");
    }

    @Override
    public void follow(PostgresNode primary) {
        throw notOurs("follow");
    }
}
