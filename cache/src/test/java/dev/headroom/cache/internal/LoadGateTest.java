package dev.headroom.cache.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LoadGateTest {
    private final LoadGate gate = new LoadGate(1);

    @Test
    void aPlaceIsLentWhileAnythingIsAwaitedAndTakenBackWithoutWaiting() throws Exception {
        assertThat(gate.enter(0)).isTrue();
        Runnable first = gate.lend();
        Runnable second = gate.lend();
        assertThat(gate.running()).isZero();
        assertThat(enteredElsewhere()).isTrue();
        first.run();
        assertThat(gate.running()).isOne();
        second.run();
        assertThat(gate.running()).isEqualTo(2);
        assertThat(enteredElsewhere()).isFalse();
        gate.leave();
        assertThat(gate.running()).isOne();
        assertThat(enteredElsewhere()).isFalse();
    }

    @Test
    void whoLeavesBeforeTheAnswerHasNothingToTakeBack() throws Exception {
        assertThat(gate.enter(0)).isTrue();
        Runnable answered = gate.lend();
        gate.leave();
        assertThat(gate.inside()).isFalse();
        assertThat(gate.running()).isZero();
        answered.run();
        assertThat(gate.running()).isZero();
        gate.lend().run();
        assertThat(gate.running()).isZero();
    }

    @Test
    void aLoadWithinALoadHasItsPlace() throws Exception {
        assertThat(gate.enter(0)).isTrue();
        assertThat(gate.enter(0)).isTrue();
        gate.leave();
        assertThat(gate.running()).isOne();
        gate.leave();
        assertThat(gate.running()).isZero();
    }

    private boolean enteredElsewhere() throws Exception {
        boolean[] entered = {false};
        Thread other = new Thread(() -> {
            try {
                entered[0] = gate.enter(0);
            } catch (InterruptedException impossible) {
                throw new AssertionError(impossible);
            }
        });
        other.start();
        other.join();
        return entered[0];
    }
}
