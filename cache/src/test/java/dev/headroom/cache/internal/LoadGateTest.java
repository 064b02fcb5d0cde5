package dev.headroom.cache.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class LoadGateTest {
    private final LoadGate gate = new LoadGate(1);

    @Test
    void aPlaceIsLentWhileItsThreadWaitsAndTakenBackInTurn() throws Exception {
        assertThat(gate.enter(0)).isTrue();
        LoadGate.Lent place = gate.lend();
        assertThat(gate.running()).isZero();
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        Thread other = new Thread(() -> {
            try {
                gate.enter(0);
                entered.countDown();
                end.await();
                gate.leave();
            } catch (InterruptedException impossible) {
                throw new AssertionError(impossible);
            }
        });
        other.start();
        entered.await();
        assertThat(place.takeBack(0)).isFalse();
        assertThat(gate.running()).isOne();
        end.countDown();
        assertThat(place.takeBack(60_000_000_000L)).isTrue();
        assertThat(enteredElsewhere()).isFalse();
        gate.leave();
        assertThat(gate.running()).isZero();
        other.join();
    }

    @Test
    void whoGotNoPlaceBackHasNoneToGiveAndWaitsForOneToLoadAnew() throws Exception {
        assertThat(gate.enter(0)).isTrue();
        gate.lend();
        assertThat(enteredElsewhere()).isTrue();
        assertThat(gate.inside()).isTrue();
        gate.lend();
        assertThat(gate.running()).isZero();
        assertThat(gate.enter(0)).isTrue();
        assertThat(gate.running()).isOne();
        gate.leave();
        gate.leave();
        assertThat(gate.inside()).isFalse();
        assertThat(gate.running()).isZero();
    }

    @Test
    void askingLendsNothingAndTellsWhenAllIsAnswered() throws Exception {
        assertThat(gate.enter(0)).isTrue();
        assertThat(gate.unanswered()).isNull();
        Runnable first = gate.ask();
        Runnable second = gate.ask();
        assertThat(gate.running()).isOne();
        CompletableFuture<Void> unanswered = gate.unanswered();
        first.run();
        assertThat(unanswered).isNotDone();
        second.run();
        assertThat(unanswered).isDone();
        assertThat(gate.unanswered()).isNull();
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
                if (entered[0]) {
                    gate.leave();
                }
            } catch (InterruptedException impossible) {
                throw new AssertionError(impossible);
            }
        });
        other.start();
        other.join();
        return entered[0];
    }
}
