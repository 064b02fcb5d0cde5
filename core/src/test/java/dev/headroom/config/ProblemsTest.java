package dev.headroom.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProblemsTest {
    @Test
    void tellsAllAtOnceInOneGrammar() {
        Problems problems = new Problems()
                .unless(false, "min", 5, "<= max (3)")
                .unless(true, "fine", 1, "anything")
                .collect(() -> Checks.atLeast("workers", 0, 1))
                .collect(() -> Checks.positive("timeout", Duration.ZERO));

        assertThatThrownBy(problems::throwIfAny)
                .isInstanceOfSatisfying(
                        ConfigurationException.class,
                        refused -> assertThat(refused.problems())
                                .extracting(Problem::option)
                                .containsExactly("min", "workers", "timeout"))
                .hasMessage("3 problems in the configuration:\n"
                        + "  1) min: 5 (expected: <= max (3))\n"
                        + "  2) workers: 0 (expected: >= 1)\n"
                        + "  3) timeout: PT0S (expected: > PT0S)");
    }

    @Test
    void doesNothingWhenAllIsWell() {
        assertThatCode(new Problems()::throwIfAny).doesNotThrowAnyException();
    }

    @Test
    void checksRefuseTheEdgesTheyName() {
        assertThat(Checks.between("q", 0.0, 0, 1)).isZero();
        assertThatThrownBy(() -> Checks.between("q", Double.NaN, 0, 1)).hasMessage("q: NaN (expected: 0.0 to 1.0)");
        assertThatThrownBy(() -> Checks.between("n", 11, 1, 10)).hasMessage("n: 11 (expected: 1 to 10)");
        assertThatThrownBy(() -> Checks.name("name", "a b")).hasMessageStartingWith("name: \"a b\" (expected: 1 to 64");
        assertThatThrownBy(() -> Checks.notBlank("url", null))
                .hasMessage("url: null (expected: a text that is not blank)");
        assertThatThrownBy(() -> Checks.notEmpty("hosts", List.of())).hasMessage("hosts: [] (expected: at least one)");
        assertThatThrownBy(() -> Checks.present("codec", null)).hasMessage("codec: null (expected: a value)");
        assertThat(Checks.notNegative("grace", Duration.ZERO)).isZero();
    }
}
