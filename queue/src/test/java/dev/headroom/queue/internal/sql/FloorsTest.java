package dev.headroom.queue.internal.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FloorsTest {
    private static final int QUEUE = 1;
    private static final int SLOT = Floors.slot(4, 2);

    private final AtomicLong clock = new AtomicLong();
    private final Floors floors = new Floors(clock::get);

    /** A claim that takes 100 jobs up to a position, while so many are drawn, in a transaction, when another is the oldest in progress. */
    private void claim(long through, long drawn, long transaction, long oldest) {
        clock.addAndGet(Duration.ofMillis(60).toNanos());
        Floors.Pass pass = floors.pass(QUEUE);
        pass.found(100);
        pass.through(SLOT, through);
        if (pass.wantsLook()) {
            pass.looked(drawn, transaction, oldest);
        }
        floors.committed(pass);
    }

    private long floor() {
        return floors.pass(QUEUE).floor(SLOT);
    }

    @Test
    void followsTheClaimsOnceTheTransactionsBeforeHaveEnded() {
        claim(100, 1_000, 10, 10); // the first look comes with the claim after
        claim(200, 2_000, 11, 11);
        claim(300, 3_000, 12, 12); // 2,000 was drawn before transaction 12 began, and all before that have ended
        assertThat(floor()).as("the claim itself had begun before").isZero();
        claim(400, 4_000, 13, 13);
        assertThat(floor()).isEqualTo(400);
        claim(Long.MAX_VALUE, 5_000, 14, 14);
        assertThat(floor())
                .as("nothing was left, but what is drawn since may not be committed")
                .isEqualTo(3_000);
    }

    @Test
    void waitsForATransactionThatIsInProgress() {
        for (int claim = 1; claim <= 10; claim++) {
            claim(100L * claim, 1_000L * claim, 10 + claim, 5);
        }
        assertThat(floor()).isZero();
    }

    @Test
    void doesNotWaitLongForATransactionThatIsInProgress() {
        for (int claim = 1; claim <= 100; claim++) {
            claim(100L * claim, 1_000L * claim, 10 + claim, 5);
        }
        assertThat(floor()).isPositive();
    }

    @Test
    void goesBelowAJobThatIsReadyThere() {
        for (int claim = 1; claim <= 10; claim++) {
            claim(100L * claim, 1_000L * claim, 10 + claim, 10 + claim);
        }
        Floors.Pass begunBefore = floors.pass(QUEUE);
        floors.lower(QUEUE, SLOT, 150);
        assertThat(floor()).isEqualTo(149);
        begunBefore.found(1);
        begunBefore.through(SLOT, 1_000);
        floors.committed(begunBefore);
        assertThat(floor()).as("a claim that had begun before has not seen it").isEqualTo(149);
    }

    @Test
    void isForgottenWhenJobsGoBackToTheirPlace() {
        for (int claim = 1; claim <= 10; claim++) {
            claim(100L * claim, 1_000L * claim, 10 + claim, 10 + claim);
        }
        floors.forget();
        assertThat(floor()).isZero();
    }

    @Test
    void jobsThatGoBackTakeTheFloorsOfTheirQueueAlone() {
        for (int i = 1; i <= 4; i++) {
            claim(i * 100L, i * 1_000L, 9 + i, 9 + i);
        }
        assertThat(floor()).isEqualTo(400);
        floors.forget(QUEUE + 1);
        assertThat(floor()).isEqualTo(400);
        floors.forget(QUEUE);
        assertThat(floor()).isZero();
    }
}
