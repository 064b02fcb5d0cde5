package dev.headroom.router.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FingerprintTest {
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "SELECT  a,\tb FROM t WHERE id = 17 | select a, b from t where id = ?",
                "select 'O''Brien', E'a\\'b', $$x ' y$$, $tag$ $$ $tag$ from t | select ? from t",
                "select a from t where b = 'x' and c = 3.14e-2 | select a from t where b = ? and c = ?",
                "select a from t where id in (1, 2,3, 4) | select a from t where id in (?)",
                "select a from t where id in (?,?,?) | select a from t where id in (?)",
                "insert into t (a, b) values (1, 'x'), (2, 'y'), (?, ?) | insert into t (a, b) values (?)",
                "select a -- the id is 12\\nfrom t /* 'secret' 34 */ where b = $1 | select a from t where b = ?",
                "select \"Col 1\", t2.c3 from \"T1\" t2 | select \"Col 1\", t2.c3 from \"T1\" t2",
                "select 0x1F, 1_000, 12.5e+3 + a1 | select ? + a1",
                "select a from t where b = 'never closed 12 | select a from t where b = ?",
                "select 'a' 'b' | select ? ?",
                "select a from t where b = \"secret\" and c in (\"x\", \"y\") | select a from t where b = ? and c in (?)",
                "select a from t where b = 'it\\'s' and c = 'secret' | select a from t where b = ?…",
                "select a /* one /* two */ ' */ , 'secret' from t | select a…",
                "select a # it's the id\\nfrom t where b = 'x' | select a from t where b = ?",
                "select a #>> '{b}' from t | select a #>> ? from t",
                "select a from t where b = 'C:\\\\' and c = 'x' | select a from t where b = ? and c = ?",
                "select a from t limit 10 offset 20 | select a from t limit ? offset ?"
            })
    void keepsTheShapeAndNoLiteral(String sql, String shape) {
        assertThat(Fingerprint.of(sql.replace("\\n", "\n"))).isEqualTo(shape);
    }

    @Test
    void isBounded() {
        String shape = Fingerprint.of("select " + "column_name, ".repeat(1_000) + "b from t");
        assertThat(shape).hasSize(Fingerprint.LONGEST).endsWith("…");
    }
}
