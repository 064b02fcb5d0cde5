package dev.headroom.router.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class UnitsTest {
    /** More than there are slots. */
    private static final int MANY = 1_000;

    private final Units<Object> units = new Units<>();

    private int begin(Object unit) {
        units.began(true);
        return units.put(unit);
    }

    @Test
    void listsAllThatRunHoweverMany() {
        List<Object> all = new ArrayList<>();
        int[] slots = new int[MANY];
        for (int i = 0; i < MANY; i++) {
            all.add(new Object());
            slots[i] = begin(all.get(i));
        }
        assertThat(units.running()).containsExactlyInAnyOrderElementsOf(all);
        assertThat(units.inFlight()).isEqualTo(MANY);
        for (int i = 0; i < MANY; i++) {
            units.end(all.get(i), slots[i]);
        }
        assertThat(units.running()).isEmpty();
        assertThat(units.inFlight()).isZero();
        assertThat(units.reads()).isEqualTo(MANY);
    }

    @Test
    void countsWhatMayWriteApart() {
        units.began(true);
        units.began(false);
        units.began(true);
        assertThat(units.reads()).isEqualTo(2);
        assertThat(units.writes()).isEqualTo(1);
    }

    @Test
    void unitIsCutOffOnceAndNotAfterItsEnd() {
        for (int i = 0; i < MANY; i++) { // some in slots, some in the set
            begin(new Object());
            Object cut = new Object();
            int slot = begin(cut);
            assertThat(units.cutOff(cut, slot)).isTrue();
            assertThat(units.running()).doesNotContain(cut);
            assertThat(units.cutOff(cut, slot)).isFalse();
            units.end(cut, slot);
            Object ended = new Object();
            int other = begin(ended);
            units.end(ended, other);
            assertThat(units.cutOff(ended, other)).isFalse();
        }
        assertThat(units.running()).hasSize(MANY);
    }

    /** Units come and go on many threads while another one cuts off whatever it sees. */
    @Test
    void nothingIsLostOrLeftBehindWhenCutsAndEndsRace() throws Exception {
        int threads = 8;
        AtomicInteger cut = new AtomicInteger();
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            record Unit(int[] slot) {}
            Units<Unit> raced = new Units<>();
            List<Future<?>> workers = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                workers.add(executor.submit(() -> IntStream.range(0, 20_000).forEach(n -> {
                    Unit unit = new Unit(new int[1]);
                    raced.began(true);
                    unit.slot()[0] = raced.put(unit);
                    raced.end(unit, unit.slot()[0]);
                })));
            }
            while (!workers.stream().allMatch(Future::isDone)) {
                for (Unit unit : raced.running()) {
                    if (raced.cutOff(unit, unit.slot()[0])) {
                        cut.incrementAndGet();
                    }
                }
            }
            for (Future<?> worker : workers) {
                worker.get();
            }
            assertThat(raced.running()).isEmpty();
            assertThat(raced.inFlight()).isZero();
            assertThat(raced.reads()).isEqualTo(threads * 20_000L);
        } finally {
            executor.shutdownNow();
        }
    }
}
