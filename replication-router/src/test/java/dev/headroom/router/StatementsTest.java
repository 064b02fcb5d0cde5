package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.config.ConfigurationException;
import dev.headroom.router.LintFinding.Rule;
import dev.headroom.testkit.SharedPostgres;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** The digest, the lint and what they must never keep. */
@TestInstance(Lifecycle.PER_CLASS)
class StatementsTest {
    private static final int SHAPES = 6;

    private final List<LintFinding> findings = Collections.synchronizedList(new ArrayList<>());

    @AutoClose
    private final Rig rig = new Rig(
            SharedPostgres.withStandbys(1),
            1,
            options -> Rig.patient(options).digest(100).lint(findings::add));

    @BeforeEach
    void clear() {
        findings.clear();
    }

    @Test
    void countsStatementsOfOneShapeByNode() throws Exception {
        for (int i = 0; i < 5; i++) {
            int number = i;
            read("select text from note where id = " + number + " and text <> 'secret" + number + "'");
        }
        write("select text from note where id = 77 and text <> 'x'");

        QueryDigest digest =
                digest("select text from note where id = ? and text <> ?").orElseThrow();
        assertThat(digest.count()).isEqualTo(6);
        assertThat(digest.countByNode()).containsEntry("r1", 5L).containsEntry("p", 1L);
        assertThat(digest.failures()).isZero();
        assertThat(digest.longest()).isPositive().isLessThanOrEqualTo(digest.total());
        assertThat(digest.mean()).isLessThanOrEqualTo(digest.longest());
        assertThat(rig.router.digest().toString()).doesNotContain("secret");
    }

    @Test
    void countsFailuresAndPreparedStatements() throws Exception {
        try (Connection connection = rig.dataSource().getConnection();
                PreparedStatement broken =
                        connection.prepareStatement("select 1 / (id - ?) from (values (1)) n (id)")) {
            for (int divisor = 1; divisor <= 2; divisor++) {
                broken.setInt(1, divisor);
                try {
                    broken.executeQuery().close();
                } catch (SQLException divisionByZero) {
                    assertThat(divisionByZero.getSQLState()).isEqualTo("22012");
                }
            }
        }
        QueryDigest digest =
                digest("select ? / (id - ?) from (values (?)) n (id)").orElseThrow();
        assertThat(digest.count()).isEqualTo(2);
        assertThat(digest.failures()).isEqualTo(1);
    }

    @Test
    void keepsSoManyShapesAndCountsTheRestTogether() throws Exception {
        try (ReplicaRouter small =
                        rig.secondRouter(options -> Rig.patient(options).digest(SHAPES));
                Connection connection = small.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            for (int i = 0; i < 100; i++) {
                statement.execute("select " + "id, ".repeat(i % (3 * SHAPES)) + i + " from note");
            }
            assertThat(small.digest()).hasSize(SHAPES + 1);
            assertThat(small.digest().stream().mapToLong(QueryDigest::count).sum())
                    .isEqualTo(100);
            assertThat(small.digest()).anyMatch(digest -> digest.statement().equals(QueryDigest.OTHERS));
        }
    }

    @Test
    void namesEachBadHabitOnce() throws Exception {
        read("select * from note where id = 1");
        read("select * from note where id = 2");
        read("select count(*), 2 * 3 from note");
        write("select n.* from note n");
        write("update note set text = '*' where id = 3");
        assertThat(findings)
                .containsExactly(
                        new LintFinding(Rule.SELECT_STAR, "select * from note where id = ?", "r1"),
                        new LintFinding(Rule.SELECT_STAR, "select n.* from note n", "p"));
    }

    @Test
    void namesWritesInReadOnlyUnitsBeforeTheServerRefusesThem() {
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> read("delete from note where text = 'x'"))
                    .isInstanceOf(ReadOnlyViolationException.class);
        }
        assertThatThrownBy(() -> read("select id from note for update")).isInstanceOf(ReadOnlyViolationException.class);
        assertThat(findings)
                .extracting(LintFinding::rule)
                .containsExactly(Rule.WRITE_IN_READ_ONLY_UNIT, Rule.WRITE_IN_READ_ONLY_UNIT);
    }

    @Test
    void keepsNothingUnlessToldTo() throws Exception {
        try (ReplicaRouter plain = rig.secondRouter(Rig::patient);
                Connection connection = plain.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("select * from note");
            assertThat(plain.digest()).isEmpty();
        }
        assertThatThrownBy(() -> ReplicaRouter.builder("main").digest(-1))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("digest: -1");
    }

    private Optional<QueryDigest> digest(String shape) {
        return rig.router.digest().stream()
                .filter(digest -> digest.statement().equals(shape))
                .findFirst();
    }

    private void read(String sql) throws Exception {
        RouteScope.readOnly().call(() -> {
            write(sql);
            return null;
        });
    }

    private void write(String sql) throws SQLException {
        try (Connection connection = rig.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
