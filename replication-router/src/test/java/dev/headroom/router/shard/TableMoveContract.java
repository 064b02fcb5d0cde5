package dev.headroom.router.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every type of column that a database has in common use, with values at its edges, arrives as it was: both databases write it alike. */
@Tag("one-jdk")
abstract class TableMoveContract {
    /**
     * A column.
     *
     * @param type its type
     * @param shown an expression of {@code c} that shows all of a value
     * @param values literals
     */
    record Typed(String type, String shown, String... values) {}

    private final DataSource from;
    private final DataSource to;
    private final List<String> before;

    /** @param before what both databases need first */
    TableMoveContract(DataSource from, DataSource to, String... before) {
        this.from = from;
        this.to = to;
        this.before = List.of(before);
    }

    abstract List<Typed> types();

    @Test
    void valuesOfAllTypesArriveAsTheyWere() throws Exception {
        Map<String, String> wrong = new TreeMap<>();
        try (Connection source = from.getConnection();
                Connection target = to.getConnection()) {
            for (String sql : before) {
                execute(source, sql);
                execute(target, sql);
            }
            int number = 0;
            for (Typed typed : types()) {
                String table = "typed_" + ++number;
                String ddl = "create table " + table + " (id int, shard varchar(20), c " + typed.type() + ")";
                execute(source, ddl);
                execute(target, ddl);
                execute(source, "insert into " + table + " values (0, 'db1', null)");
                execute(source, "insert into " + table + " values (-1, 'db2', null)");
                for (int i = 0; i < typed.values().length; i++) {
                    execute(
                            source,
                            "insert into " + table + " values (" + (i + 1) + ", 'db1', " + typed.values()[i] + ")");
                }
                List<String> sent = shown(source, table, typed);
                List<String> arrived;
                try {
                    target.setAutoCommit(false);
                    TableMove.by("shard", table).copy(new Shard(1, "db1", "s1"), source, target);
                    target.commit();
                    target.setAutoCommit(true);
                    arrived = shown(target, table, typed);
                } catch (SQLException failure) {
                    target.rollback();
                    target.setAutoCommit(true);
                    arrived = List.of(failure.toString());
                }
                if (!sent.equals(arrived)) {
                    wrong.put(typed.type(), sent + " arrived as " + arrived);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static List<String> shown(Connection connection, String table, Typed typed) throws SQLException {
        List<String> values = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "select " + typed.shown() + " from " + table + " where shard = 'db1' order by id")) {
            while (row.next()) {
                values.add(row.getString(1));
            }
        }
        return values;
    }

    @Test
    void columnsMayBeNamedAsTheyLike() throws Exception {
        try (Connection source = from.getConnection();
                Connection target = to.getConnection()) {
            String quote = source.getMetaData().getIdentifierQuoteString();
            String order = quote + "order" + quote;
            String mixed = quote + "Mixed Case" + quote;
            for (Connection connection : List.of(source, target)) {
                execute(connection, "create table named (shard varchar(20), " + order + " int, " + mixed + " int)");
            }
            execute(source, "insert into named values ('db1', 1, 2)");
            TableMove.by("shard", "named").copy(new Shard(1, "db1", "s1"), source, target);
            try (Statement statement = target.createStatement();
                    ResultSet row = statement.executeQuery("select " + order + ", " + mixed + " from named")) {
                assertThat(row.next()).isTrue();
                assertThat(row.getInt(1)).isEqualTo(1);
                assertThat(row.getInt(2)).isEqualTo(2);
            }
        }
    }
}
