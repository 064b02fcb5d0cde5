package dev.headroom.examples.marketplace.setup;

import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HexFormat;
import javax.sql.DataSource;

/** The site's secret, drawn once and kept in the database, so that every instance has the same. */
final class Secrets {
    private static final int BYTES = 32;

    private Secrets() {}

    static String identity(DataSource primary) throws SQLException {
        byte[] drawn = new byte[BYTES];
        new SecureRandom().nextBytes(drawn);
        try (Connection connection = primary.getConnection()) {
            Sql.update(
                    connection,
                    "insert into site (name, value) values ('identity-secret', ?) on conflict do nothing",
                    HexFormat.of().formatHex(drawn));
            return Sql.query(
                            connection,
                            "select value from site where name = 'identity-secret'",
                            row -> row.getString(1))
                    .get(0);
        }
    }
}
