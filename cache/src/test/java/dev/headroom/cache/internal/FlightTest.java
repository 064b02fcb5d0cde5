package dev.headroom.cache.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FlightTest {
    private static final long LONG = TimeUnit.MINUTES.toNanos(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Flight flight = new Flight();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void allWhoWaitHearHowItEnded() throws Exception {
        List<Future<Loaded>> waiting = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            waiting.add(threads.submit(this::waited));
        }
        CompletableFuture<Loaded> future = flight.future();
        Awaitility.await().until(() -> depth() == 51);
        assertThat(flight.isEnded()).isFalse();
        Loaded loaded = new Loaded("v", true);
        flight.land(loaded);
        flight.crash(new IllegalStateException("too late"));
        for (Future<Loaded> each : waiting) {
            assertThat(each.get(30, TimeUnit.SECONDS)).isSameAs(loaded);
        }
        assertThat(future).isCompletedWithValue(loaded);
        assertThat(flight.future()).isSameAs(future);
        assertThat(waited()).isSameAs(loaded);
    }

    @Test
    void aFailureIsEveryones() {
        CompletableFuture<Loaded> before = flight.future();
        flight.crash(new IllegalStateException("no"));
        assertThatThrownBy(this::waited).hasMessage("no");
        assertThat(before).isCompletedExceptionally();
        Flight another = new Flight();
        another.crash(new IllegalStateException("no"));
        assertThat(another.future()).isCompletedExceptionally();
    }

    @Test
    void whoLeavesIsForgotten() throws Exception {
        Future<Loaded> waiting = threads.submit(this::waited);
        Awaitility.await().until(() -> depth() == 1);
        for (int i = 0; i < 10_000; i++) {
            assertThat(flight.await(1)).isEqualTo(Flight.Waited.LATE);
        }
        assertThat(depth()).isLessThan(200);
        flight.land(new Loaded("v", true));
        assertThat(waiting.get(30, TimeUnit.SECONDS).value()).isEqualTo("v");
    }

    @Test
    void manyMayComeAndLeaveAtTheSameTime() throws Exception {
        List<Future<?>> leaving = new ArrayList<>();
        List<Future<Loaded>> staying = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            leaving.add(threads.submit(() -> {
                for (int j = 0; j < 5_000; j++) {
                    assertThat(flight.await(1)).isEqualTo(Flight.Waited.LATE);
                }
                return true;
            }));
            for (int j = 0; j < 10; j++) {
                staying.add(threads.submit(this::waited));
            }
        }
        for (Future<?> each : leaving) {
            each.get(30, TimeUnit.SECONDS);
        }
        Awaitility.await().until(() -> depth() >= 40);
        assertThat(depth()).isLessThan(400);
        flight.land(new Loaded("v", true));
        for (Future<Loaded> each : staying) {
            assertThat(each.get(30, TimeUnit.SECONDS).value()).isEqualTo("v");
        }
    }

    @Test
    void whoIsInterruptedLeavesAndStaysInterrupted() throws Exception {
        Thread[] mine = new Thread[1];
        Future<Boolean> waiting = threads.submit(() -> {
            mine[0] = Thread.currentThread();
            return flight.await(LONG) == Flight.Waited.INTERRUPTED && Thread.interrupted();
        });
        Awaitility.await().until(() -> depth() == 1);
        mine[0].interrupt();
        assertThat(waiting.get(30, TimeUnit.SECONDS)).isTrue();
        flight.land(new Loaded("v", true));
    }

    private Loaded waited() throws Exception {
        assertThat(flight.await(LONG)).isEqualTo(Flight.Waited.ENDED);
        try {
            return flight.result();
        } catch (Exception failure) {
            throw failure;
        } catch (Throwable serious) {
            throw new AssertionError(serious);
        }
    }

    /** How many are kept. */
    private int depth() throws Exception {
        Field state = Flight.class.getDeclaredField("state");
        state.setAccessible(true);
        int depth = 0;
        for (Object each = state.get(flight); each != null; depth++) {
            Field next = each.getClass().getDeclaredField("next");
            next.setAccessible(true);
            each = next.get(each);
        }
        return depth;
    }
}
