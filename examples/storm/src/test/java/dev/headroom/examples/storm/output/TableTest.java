package dev.headroom.examples.storm.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TableTest {
    private final Table table = Table.of("page<8", "answers>9", "p50 ms");

    @Test
    void putsTextLeftAndNumbersRightBelowTheirTitles() {
        assertThat(table.header()).isEqualTo("  page        answers  p50 ms");
        assertThat(table.rule()).isEqualTo("  --------  ---------  ------");
        assertThat(table.row("/", 12_345L, 7.25)).isEqualTo("  /            12,345     7.3");
    }

    @Test
    void showsADashWhereNothingWasMeasured() {
        assertThat(table.row("/", 0, Double.NaN)).endsWith("     0       -");
    }

    @Test
    void refusesARowWithTooFewCells() {
        assertThatThrownBy(() -> table.row("/", 1)).hasMessage("cells: 2 (expected: 3, one for each column)");
    }
}
