package dev.headroom.background;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.headroom.RequestContext;
import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.load.Criticality;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
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
    void carriesTraceAndUserButNotTheDeadline() throws Exception {
        RequestContext request = RequestContext.builder()
                .user("ann")
                .deadline(Duration.ofSeconds(10))
                .consistency(new ConsistencyToken("p7"))
                .build();
        CompletableFuture<RequestContext> seen = new CompletableFuture<>();
        background.handle("copy", Copy.class, copy -> seen.complete(RequestContext.current()));
        request.call(() -> {
            background.submit("copy", new Copy("a"));
            return true;
        });

        RequestContext carried = seen.get(20, TimeUnit.SECONDS);
        assertThat(carried.traceId()).isEqualTo(request.traceId());
        assertThat(carried.user()).contains("ann");
        assertThat(carried.deadline()).isEmpty();
        assertThat(carried.criticality()).isEqualTo(Criticality.SHEDDABLE_PLUS);
        assertThat(carried.consistency()).isEqualTo(request.consistency());
    }

    @Test
    void drainsWhatItHasAndWhatComesOfIt() throws InterruptedException {
        background.handle("copy", Copy.class, copy -> {
            done.add(copy.key());
            if (copy.key().length() < 3) {
                background.submit("copy", new Copy(copy.key() + "a"));
            }
        });
        background.submit("copy", new Copy("a"));
        background.drain(Duration.ofSeconds(20));
        assertThat(done).containsExactly("a", "aa", "aaa");
    }

    @Test
    void saysHowMuchIsLeftAndStopsItWhenClosed() throws InterruptedException {
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        background.handle("wait", Copy.class, copy -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException told) {
                interrupted.complete(true);
            }
        });
        background.bulk("wait", List.of(new Copy("a"), new Copy("b"), new Copy("c")));
        assertThatThrownBy(() -> background.drain(Duration.ofMillis(100))).hasMessage("3 pieces of work are left");

        background.close();
        background.close();
        await().until(interrupted::isDone);
        background.drain(Duration.ofSeconds(20));
        assertThatThrownBy(() -> background.submit("wait", new Copy("d")))
                .isInstanceOf(RejectedExecutionException.class)
                .hasMessage("background: closed");
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
