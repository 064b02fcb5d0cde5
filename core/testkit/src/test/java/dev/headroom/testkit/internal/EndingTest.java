package dev.headroom.testkit.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EndingTest {
    private final List<String> run = new ArrayList<>();

    @Test
    void runsEveryStepWhateverFails() {
        assertThatThrownBy(() -> Ending.run(() -> fail("one"), () -> fail("two"), () -> run.add("three")))
                .hasMessage("one")
                .satisfies(failure -> assertThat(failure.getSuppressed())
                        .singleElement()
                        .extracting(Throwable::getMessage)
                        .isEqualTo("two"));
        assertThat(run).containsExactly("one", "two", "three");
    }

    @Test
    void runsAStepAgainThatAnInterruptHasCutShort() {
        Ending.run(() -> {
            run.add("step");
            if (run.size() == 1) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted");
            }
        });

        assertThat(Thread.interrupted()).isTrue();
        assertThat(run).hasSize(2);
    }

    private void fail(String name) {
        run.add(name);
        throw new IllegalStateException(name);
    }
}
