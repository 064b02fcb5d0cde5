package dev.headroom.router.shard;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Copies rows so that every value arrives as it was. What a driver makes of a value in Java is often less than the value: a
 * {@code java.sql.Time} has no microseconds, an enum is a mere text, a timestamp is seen through somebody's time zone. So values travel in
 * a form that the server itself writes and reads wherever it has one.
 *
 * <p>On PostgreSQL that is the text of each type. On MariaDB it is text, too, but bytes for what is binary, and with the time zone of both
 * sessions at UTC; a {@code float} is read as a {@code double}, since its text has six digits only. On others it is what the driver gives,
 * with times as {@code java.time} has them.
 */
final class RowCopy {
    private static final int BATCH = 500;

    private final String product;
    private final String quote;

    private RowCopy(String product, String quote) {
        this.product = product;
        this.quote = quote;
    }

    /** For rows from this connection's database to another one of the same product. */
    static RowCopy of(Connection from) throws SQLException {
        return new RowCopy(
                from.getMetaData().getDatabaseProductName().toLowerCase(Locale.ROOT),
                from.getMetaData().getIdentifierQuoteString().strip());
    }

    /** One column: how it is asked for, how it is read, how it is set. */
    private record Column(String name, String asked, Reading reading, int setAs) {}

    /** Takes a value from the current row. */
    private interface Reading {
        @Nullable Object of(ResultSet row, int column) throws SQLException;
    }

    /** Copies the rows of a table in which a column has this text; returns how many. */
    long copy(String table, String column, String text, Connection from, Connection to) throws SQLException {
        List<Column> columns = columns(table, from);
        String select = "select "
                + String.join(", ", columns.stream().map(Column::asked).toList()) + " from " + table + " where "
                + column + " = ?";
        String insert = "insert into " + table + " ("
                + String.join(", ", columns.stream().map(Column::name).toList()) + ") values ("
                + String.join(", ", Collections.nCopies(columns.size(), "?")) + ")";
        long copied = 0;
        try (PreparedStatement read = from.prepareStatement(inUtc(select));
                PreparedStatement write = to.prepareStatement(inUtc(insert))) {
            read.setFetchSize(BATCH);
            read.setString(1, text);
            try (ResultSet row = read.executeQuery()) {
                while (row.next()) {
                    add(row, columns, write);
                    if (++copied % BATCH == 0) {
                        write.executeBatch();
                    }
                }
            }
            write.executeBatch();
        }
        return copied;
    }

    private static void add(ResultSet row, List<Column> columns, PreparedStatement write) throws SQLException {
        for (int i = 1; i <= columns.size(); i++) {
            Column column = columns.get(i - 1);
            Object value = column.reading().of(row, i);
            if (value == null) {
                write.setNull(i, column.setAs() == Types.OTHER ? Types.NULL : column.setAs());
            } else if (column.setAs() == Types.OTHER) {
                write.setObject(i, value, Types.OTHER);
            } else {
                write.setObject(i, value);
            }
        }
        write.addBatch();
    }

    private boolean mariaDb() {
        return product.equals("mariadb") || product.equals("mysql");
    }

    private String inUtc(String sql) {
        return mariaDb() ? "set statement time_zone = '+00:00' for " + sql : sql;
    }

    private List<Column> columns(String table, Connection from) throws SQLException {
        List<Column> columns = new ArrayList<>();
        try (PreparedStatement none = from.prepareStatement("select * from " + table + " where 1 = 0");
                ResultSet row = none.executeQuery()) {
            ResultSetMetaData meta = row.getMetaData();
            for (int i = 1; i <= meta.getColumnCount(); i++) {
                columns.add(column(quote + meta.getColumnName(i) + quote, meta.getColumnType(i)));
            }
        }
        return columns;
    }

    private Column column(String name, int type) {
        if (product.equals("postgresql")) {
            return new Column(name, name + "::text", ResultSet::getString, Types.OTHER);
        }
        return mariaDb() ? ofMariaDb(name, type) : ofOthers(name, type);
    }

    private static Column ofMariaDb(String name, int type) {
        return switch (type) {
            case Types.BIT, Types.BOOLEAN -> // a tinyint(1) may be told from neither
                new Column(name, name + " + 0", ResultSet::getBigDecimal, Types.DECIMAL);
            case Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.BLOB ->
                new Column(name, name, ResultSet::getBytes, Types.VARBINARY);
            case Types.REAL, Types.FLOAT ->
                new Column(name, "cast(" + name + " as double)", ResultSet::getString, type);
            case Types.DATE, Types.TIME, Types.TIMESTAMP ->
                new Column(name, "cast(" + name + " as char)", ResultSet::getString, Types.VARCHAR);
            default -> new Column(name, name, ResultSet::getString, Types.VARCHAR);
        };
    }

    private static Column ofOthers(String name, int type) {
        return switch (type) {
            case Types.DATE -> as(name, LocalDate.class, type);
            case Types.TIME -> as(name, LocalTime.class, type);
            case Types.TIME_WITH_TIMEZONE -> as(name, OffsetTime.class, type);
            case Types.TIMESTAMP -> as(name, LocalDateTime.class, type);
            case Types.TIMESTAMP_WITH_TIMEZONE -> as(name, OffsetDateTime.class, type);
            default -> new Column(name, name, ResultSet::getObject, type);
        };
    }

    private static Column as(String name, Class<?> kind, int type) {
        return new Column(name, name, (row, column) -> row.getObject(column, kind), type);
    }
}
