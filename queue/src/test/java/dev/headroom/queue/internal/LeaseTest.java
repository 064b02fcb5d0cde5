package dev.headroom.queue.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LeaseTest {
    private static final Duration LENGTH = Duration.ofSeconds(12);

    private final Lease lease = new Lease(LENGTH);
    private final long now = System.nanoTime();

    @Test
    void aNodeThatComesUpMayTakeOverAtOnce() {
        assertThat(lease.mayBegin()).isFalse();
        lease.granted(1, now, true);
        assertThat(lease.mayBegin()).isTrue();
        assertThat(lease.mayJudgeOthers()).isTrue();
    }

    @Test
    void aNodeThatComesUpAndFindsAllSilentDoesNotTakeADatabaseThatWasAwayForTheirDeath() {
        lease.granted(1, now, false);
        assertThat(lease.mayBegin()).isTrue();
        assertThat(lease.mayJudgeOthers()).isFalse();
    }

    @Test
    void beginsNothingAfterTwoThirdsAndHasRunOutAtTheEnd() {
        lease.granted(1, now - Duration.ofMillis(8_001).toNanos(), true);
        assertThat(lease.mayBegin()).isFalse();
        assertThat(lease.expired()).isFalse();
        lease.shown(now - LENGTH.toNanos());
        assertThat(lease.expired()).isTrue();
    }

    @Test
    void doesNotTakeADatabaseThatWasAwayForTheDeathOfOthers() {
        lease.granted(1, now - Duration.ofSeconds(20).toNanos(), true);
        lease.shown(now);
        assertThat(lease.mayBegin()).isTrue();
        assertThat(lease.mayJudgeOthers()).isFalse();
    }

    @Test
    void judgesNobodyWhenItWasItselfDeclaredDeadMeanwhile() {
        lease.granted(1, now - Duration.ofSeconds(20).toNanos(), true);
        lease.revoked();
        lease.granted(2, now, true);
        assertThat(lease.id()).isEqualTo(2);
        assertThat(lease.mayBegin()).isTrue();
        assertThat(lease.mayJudgeOthers()).isFalse();
    }
}
