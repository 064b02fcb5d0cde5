package dev.headroom.queue.internal.sql;

import dev.headroom.queue.SchemaException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The queue's tables: which dialect they are in, which version they have, and the scripts that make them. */
public final class Schema {
    /** The version that this library needs. */
    public static final int VERSION = 1;

    private static final List<String> SCRIPTS = List.of("V1__create_job_queue.sql");

    /** What a database has, and the oldest version whose code may work on it. */
    private record Found(int version, int reader) {}

    private Schema() {}

    /** The dialect of a database. */
    public static Dialect dialect(Connection connection) throws SQLException {
        String product = connection.getMetaData().getDatabaseProductName();
        return switch (product.toLowerCase(Locale.ROOT)) {
            case "postgresql" -> PostgresDialect.of(connection);
            case "mariadb" -> new MariaDbDialect(true);
            case "mysql" -> new MariaDbDialect(false);
            case "h2" -> new H2Dialect();
            default -> throw new SchemaException("database: " + product + " (expected: PostgreSQL, MariaDB or H2)");
        };
    }

    /** Refuses tables that are absent, older, or so much newer that they say that this version must not work on them. */
    public static void check(Connection connection, Dialect dialect) throws SQLException {
        Found found = found(connection);
        if (found.version() < VERSION) {
            throw new SchemaException("headroom_job_schema.version: "
                    + (found.version() == 0 ? "no such table" : found.version()) + " (expected: " + VERSION
                    + "; run META-INF/headroom/queue/" + dialect.name() + "/V" + (found.version() + 1)
                    + "__*.sql and later ones with your migration tool, or SchemaInstaller.install(dataSource))");
        }
        if (found.reader() > VERSION) {
            throw new SchemaException("headroom_job_schema.reader: " + found.reader() + " (expected: at most " + VERSION
                    + "; a newer Headroom has migrated this database to version " + found.version() + ")");
        }
    }

    /** Runs the scripts that the database lacks, in the caller's transaction. */
    public static void install(Connection connection, Dialect dialect) throws SQLException {
        dialect.lockSchema(connection);
        for (int next = found(connection).version(); next < VERSION; next++) {
            try (Statement statement = connection.createStatement()) {
                for (String sql : statements(script(dialect.name() + "/" + SCRIPTS.get(next)))) {
                    execute(statement, sql, dialect);
                }
            }
        }
    }

    private static void execute(Statement statement, String sql, Dialect dialect) throws SQLException {
        try {
            statement.execute(sql);
        } catch (SQLException failed) {
            if (!dialect.isThereAlready(failed)) {
                throw failed;
            }
        }
    }

    private static Found found(Connection connection) throws SQLException {
        if (!exists(connection)) {
            return new Found(0, 0);
        }
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select max(version), max(reader) from headroom_job_schema")) {
            return rows.next() ? new Found(rows.getInt(1), rows.getInt(2)) : new Found(0, 0);
        }
    }

    // Asked of the catalogue: on PostgreSQL a failed statement would spoil the transaction.
    private static boolean exists(Connection connection) throws SQLException {
        String schema = connection.getSchema();
        for (String name : List.of("headroom_job_schema", "HEADROOM_JOB_SCHEMA")) {
            try (ResultSet tables = connection.getMetaData().getTables(connection.getCatalog(), schema, name, null)) {
                if (tables.next()) {
                    return true;
                }
            }
        }
        return false;
    }

    private static String script(String path) {
        try (InputStream in = Schema.class.getResourceAsStream("/META-INF/headroom/queue/" + path)) {
            if (in == null) {
                throw new IllegalStateException("script: " + path + " (expected: to be in the jar)");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> statements(String script) {
        List<String> statements = new ArrayList<>();
        for (String sql : script.replaceAll("--[^\n]*", "").split(";")) {
            if (!sql.isBlank()) {
                statements.add(sql.strip());
            }
        }
        return statements;
    }
}
