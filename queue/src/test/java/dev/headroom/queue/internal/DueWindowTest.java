package dev.headroom.queue.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DueWindowTest {
    private final AtomicLong clock = new AtomicLong();
    private final DueWindow window = new DueWindow(clock::get);

    private void passes(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    /** A look; returns how far back it goes. */
    private Duration look(boolean left) {
        DueWindow.Look look = window.begin();
        window.ended(look, left);
        return Duration.ofMillis(look.overdueMillis());
    }

    @Test
    void goesBackALittleBeforeTheLookBefore() {
        look(false);
        passes(Duration.ofSeconds(1));
        assertThat(look(false)).isEqualTo(Duration.ofSeconds(16));
    }

    @Test
    void goesBackAsFarAsLooksLeftSomeBehind() {
        look(false);
        for (int i = 0; i < 100; i++) {
            passes(Duration.ofSeconds(1));
            assertThat(look(true)).isEqualTo(Duration.ofSeconds(16 + i));
        }
        look(false);
        assertThat(look(false)).isEqualTo(Duration.ofSeconds(15));
    }

    @Test
    void goesBackToBeforeAnOutage() {
        look(false);
        passes(Duration.ofSeconds(40));
        window.failed(window.begin());
        passes(Duration.ofSeconds(20));
        assertThat(look(false)).isEqualTo(Duration.ofSeconds(75));
    }

    @Test
    void looksAtAllUntilNoneIsLeft() {
        assertThat(window.begin().all()).as("the first").isTrue();
        window.lookAtAll();
        window.failed(window.begin());
        assertThat(window.looksAtAll()).isTrue();
        look(true);
        assertThat(window.looksAtAll()).isTrue();
        look(false);
        assertThat(window.begin().all()).isFalse();
        DueWindow.Look look = window.begin();
        window.lookAtAll();
        window.ended(look, false);
        assertThat(window.looksAtAll()).as("asked for while it was looked").isTrue();
    }
}
