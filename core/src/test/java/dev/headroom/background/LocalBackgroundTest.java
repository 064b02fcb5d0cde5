package dev.headroom.background;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class LocalBackgroundTest {
    record Copy(String key) {}

    private final LocalBackground background = LocalBackground.create();
    private final List<String> done = new CopyOnWriteArrayList<>();

    @Test
    void runsWorkInOrderAndGoesOnAfterAFailure() {
        background.handle("copy", Copy.class, copy -> {
            if (copy.key().equals("bad")) {
                throw new IllegalStateException("bad");
            }
            done.add(copy.key() + " on " + Thread.currentThread().getName());
        });
        background.bulk("copy", List.of(new Copy("a"), new Copy("bad"), new Copy("b")));
        await().untilAsserted(() ->
                assertThat(done).containsExactly("a on headroom-background-1", "b on headroom-background-1"));
    }

    @Test
    void refusesUnknownNamesAndSecondHandlers() {
        background.handle("copy", Copy.class, copy -> {});
        assertThatThrownBy(() -> background.submit("move", new Copy("a")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("name: move (expected: one of [copy])");
        assertThatThrownBy(() -> background.handle("copy", Copy.class, copy -> {}))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void boundsWhatWaits() {
        CountDownLatch blocked = new CountDownLatch(1);
        background.handle("wait", Copy.class, copy -> blocked.await());
        List<Copy> most = java.util.Collections.nCopies(LocalBackground.CAPACITY + 1, new Copy("x"));
        background.bulk("wait", most.subList(0, 1));
        assertThatThrownBy(() -> {
                    background.bulk("wait", most);
                    background.submit("wait", new Copy("one too many"));
                })
                .isInstanceOf(RejectedExecutionException.class);
        blocked.countDown();
    }
}
