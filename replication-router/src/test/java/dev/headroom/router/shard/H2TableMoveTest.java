package dev.headroom.router.shard;

import java.util.List;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;

/** Stands for the databases that nothing special is done for. */
class H2TableMoveTest extends TableMoveContract {
    H2TableMoveTest() {
        super(database("from"), database("to"));
    }

    private static DataSource database(String name) {
        JdbcDataSource source = new JdbcDataSource();
        source.setURL("jdbc:h2:mem:table-move-" + name + ";DB_CLOSE_DELAY=-1");
        return source;
    }

    private static Typed text(String type, String... values) {
        return new Typed(type, "cast(c as varchar)", values);
    }

    @Override
    List<Typed> types() {
        return List.of(
                text("time(9)", "time '12:34:56.123456789'"),
                text("time(9) with time zone", "time with time zone '12:34:56.123456789+05:30'"),
                text("timestamp(9)", "timestamp '2026-03-29 02:30:00.123456789'"),
                text("timestamp(9) with time zone", "timestamp with time zone '2026-10-25 02:30:00.123456789+01'"),
                text("date", "date '2026-02-28'", "date '0001-01-01'"),
                text("numeric(40,10)", "123456789012345678901234567890.1234567890"),
                text("bigint", "-9223372036854775808"),
                text("real", "0.1"),
                text("double precision", "0.1", "1.7976931348623157e308"),
                text("boolean", "true"),
                new Typed("varbinary(10)", "rawtohex(c)", "x'00ff10'"),
                text("varchar(20)", "''", "'ä '"),
                text("uuid", "'0f8fad5b-d9cb-469f-a165-70867728950e'"),
                text("enum('sad','happy')", "'happy'"),
                text("int array", "array[1, null, 3]"));
    }
}
