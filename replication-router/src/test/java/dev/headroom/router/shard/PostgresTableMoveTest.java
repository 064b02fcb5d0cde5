package dev.headroom.router.shard;

import dev.headroom.testkit.SharedPostgres;
import java.util.List;

class PostgresTableMoveTest extends TableMoveContract {
    PostgresTableMoveTest() {
        super(
                SharedPostgres.createDatabase().dataSource(),
                SharedPostgres.createDatabase().dataSource(),
                "create type mood as enum ('sad', 'happy')",
                "create type pair as (a int, b text)",
                "create domain positive as int check (value > 0)");
    }

    private static Typed text(String type, String... values) {
        return new Typed(type, "c::text", values);
    }

    @Override
    List<Typed> types() {
        return List.of(
                text("time", "'12:34:56.123456'", "'00:00'", "'24:00'"),
                text("timetz", "'12:34:56.123456+05:30'"),
                text("timestamp", "'2026-03-29 02:30:00.123456'", "'0044-03-15 12:00 BC'", "'infinity'"),
                text(
                        "timestamptz",
                        "'2026-10-25 02:30:00.123456+01'",
                        "'2026-10-25 02:30:00.123456+02'",
                        "'-infinity'"),
                text("date", "'2026-02-28'", "'0001-01-01'", "'9999-12-31'", "'infinity'"),
                text("interval", "'1 year 2 mons -3 days 04:05:06.789012'"),
                text("numeric", "123456789012345678901234567890.123456789", "-0.10", "'NaN'"),
                text("numeric(10,2)", "12345678.90"),
                text("smallint", "-32768", "32767"),
                text("bigint", "-9223372036854775808", "9223372036854775807"),
                text("real", "0.1", "1e38", "'NaN'", "'-Infinity'"),
                text("double precision", "0.1", "1.7976931348623157e308", "5e-324"),
                text("boolean", "true", "false"),
                text("bytea", "'\\x00ff10'", "''"),
                text("text", "''", "'ä 😀 \\ '' % \" \n'"),
                text("char(5)", "'ab'"),
                text("varchar(10)", "'ab  '"),
                text("\"char\"", "'x'"),
                text("json", "'{\"b\":1,  \"a\": [1.0, null]}'"),
                text("jsonb", "'{\"b\":1,\"a\":[1.0,null]}'"),
                text("xml", "'<a>ä</a>'"),
                text("uuid", "'0f8fad5b-d9cb-469f-a165-70867728950e'"),
                text("mood", "'happy'"),
                text("mood[]", "'{sad,happy}'"),
                text("pair", "row(1, 'a,\"b')"),
                text("positive", "7"),
                text("int[]", "'{1,null,3}'", "'{}'", "'[0:1]={1,2}'"),
                text("text[]", "array['a,b', '', null, '\"']", "'{{a,b},{c,d}}'"),
                text("timestamptz[]", "array['2026-10-25 02:30:00.123456+01'::timestamptz]"),
                text("bytea[]", "array['\\x00ff'::bytea]"),
                text("inet", "'192.168.0.1/24'", "'::1'"),
                text("macaddr", "'08:00:2b:01:02:03'"),
                text("bit(3)", "B'101'"),
                text("bit varying(8)", "B'10'"),
                text("money", "12.34"),
                text("int4range", "'[1,10)'", "'empty'"),
                text("tstzrange", "'[2026-01-01 00:00:00.000001+00,)'"),
                text("point", "'(1.5,2)'"),
                text("tsvector", "'a:1 b:2A'"),
                text("oid", "4294967295"));
    }
}
