package dev.headroom.router.shard;

import dev.headroom.testkit.SharedMariaDb;
import java.util.List;

class MariaDbTableMoveTest extends TableMoveContract {
    MariaDbTableMoveTest() {
        super(
                SharedMariaDb.createDatabase().dataSource(),
                SharedMariaDb.createDatabase().dataSource(),
                "set sql_mode = ''");
    }

    private static Typed text(String type, String... values) {
        return new Typed(type, "hex(cast(c as char))", values);
    }

    private static Typed bytes(String type, String... values) {
        return new Typed(type, "hex(c)", values);
    }

    @Override
    List<Typed> types() {
        return List.of(
                text("time(6)", "'12:34:56.123456'", "'-838:59:59'", "'838:59:59.999999'"),
                text("time", "'12:34:56'"),
                text("datetime(6)", "'2026-03-29 02:30:00.123456'", "'0001-01-01'", "'0000-00-00'", "'9999-12-31'"),
                new Typed(
                        "timestamp(6) null",
                        "unix_timestamp(c)",
                        "from_unixtime(1792891800.123456)",
                        "from_unixtime(1792895400.123456)"),
                text("date", "'2026-02-28'", "'0000-00-00'", "'2026-00-00'"),
                text("year", "2026", "1901"),
                text("decimal(65,30)", "12345678901234567890123456789012345.123456789012345678901234567890"),
                text("decimal(10,2)", "-0.10"),
                text("tinyint", "-128"),
                text("tinyint(1)", "1", "0", "7"),
                text("smallint unsigned", "65535"),
                text("bigint", "-9223372036854775808"),
                text("bigint unsigned", "18446744073709551615"),
                new Typed("float", "cast(c as double)", "0.1", "1e38", "16777217", "0.33333334"),
                new Typed("double", "c", "0.1", "1.7976931348623157e308", "0.3333333333333333"),
                bytes("varbinary(10)", "x'00ff10'", "''"),
                bytes("binary(3)", "x'00ff'"),
                bytes("blob", "x'00ff27225c'"),
                bytes("longblob", "x'00ff27225c'"),
                bytes("text", "''", "'ä \\\\ '' % \" \\n'"),
                bytes("text character set utf8mb4", "x'F09F9880'"),
                bytes("char(5)", "'ab'"),
                bytes("varchar(10)", "'ab  '"),
                bytes("varchar(10) character set latin1", "x'e4'"),
                bytes("varchar(10) collate utf8mb4_bin", "'ab'"),
                text("json", "'{\"b\":1,  \"a\": [1.0, null]}'"),
                text("enum('sad','happy')", "'happy'"),
                text("set('a','b','c')", "'a,c'", "''"),
                bytes("bit(1)", "b'1'", "b'0'"),
                bytes("bit(20)", "b'10101010101010101010'"),
                text("uuid", "'0f8fad5b-d9cb-469f-a165-70867728950e'"),
                text("inet6", "'::1'"),
                new Typed("point", "st_astext(c)", "st_geomfromtext('point(1.5 2)')"));
    }
}
