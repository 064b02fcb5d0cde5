package dev.headroom.examples.storm.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class OutputTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    @Test
    void writesNoControlCharactersWhereThereIsNoTerminal() {
        Output output = new Output(stream, false);
        output.progress("1 of 2");
        output.progress("2 of 2");
        output.say("done");

        assertThat(text().lines()).containsExactly("  … 1 of 2", "done");
    }

    @Test
    void takesProgressAwayAgainOnATerminal() {
        Output output = new Output(stream, true);
        output.progress("1 of 2");
        output.say("done");

        assertThat(text()).isEqualTo("  … 1 of 2\r\u001b[Kdone" + System.lineSeparator());
    }

    @Test
    void printsEveryInvariantAndTheSum() {
        Verdict verdict = new Verdict();
        Tally lost = new Tally();
        lost.add("picture 7");
        lost.add("picture 7");
        verdict.none("nothing was lost", lost);
        verdict.judge("the queue is empty", true, "3 jobs");
        verdict.print(new Output(stream, false));

        assertThat(verdict.held()).isFalse();
        assertThat(text().lines())
                .containsExactly(
                        "",
                        "  BROKE  nothing was lost: 2 × picture 7",
                        "  held   the queue is empty",
                        "",
                        "1 of 2 invariants broke.");
    }

    @Test
    void doesNotCallARunGoodThatJudgedNothing() {
        assertThat(new Verdict().held()).isFalse();
    }

    private String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
