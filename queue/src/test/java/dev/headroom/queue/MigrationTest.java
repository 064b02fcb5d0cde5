package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.Component;
import dev.headroom.Contributions;
import dev.headroom.Headroom;
import dev.headroom.load.ConsumptionSignal;
import dev.headroom.load.Criticality;
import dev.headroom.load.LoadSignal;
import dev.headroom.load.Pacer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A pacer drives the rate of a migration: by the load of others, or by how fast it uses up what there is. Nothing is dropped, and nobody else waits. */
@OnEveryBackend
class MigrationTest extends JobQueueContract {
    private static final int PHOTOS = 400;

    public record Photo(int number) {}

    public record Click(int number) {}

    /** Where photos go. */
    private static final class Site {
        final String name;
        final AtomicLong free;
        final AtomicLong least;

        Site(String name, long free) {
            this.name = name;
            this.free = new AtomicLong(free);
            this.least = new AtomicLong(free);
        }

        void write() {
            least.accumulateAndGet(free.decrementAndGet(), Math::min);
        }
    }

    private final Site east = new Site("east", 130);
    private final Site west = new Site("west", 1_000);

    /** What is moved, beside what users do. */
    public final class Photos {
        final Set<Integer> moved = ConcurrentHashMap.newKeySet();
        final AtomicInteger moves = new AtomicInteger();
        final AtomicInteger clicks = new AtomicInteger();

        @Job(name = "photo.move", queue = "migration", criticality = Criticality.SHEDDABLE)
        public void move(Photo photo) {
            moved.add(photo.number());
            moves.incrementAndGet();
            (photo.number() % 4 == 0 ? west : east).write();
        }

        @Job(name = "user.click", criticality = Criticality.CRITICAL)
        public void click(Click click) {
            clicks.incrementAndGet();
        }
    }

    private final Photos photos = new Photos();

    /** Feels what it is given. */
    private record Sensors(Supplier<List<LoadSignal>> signals) implements Component {
        @Override
        public String name() {
            return "sensors";
        }

        @Override
        public void contribute(Contributions to) {
            signals.get().forEach(to::loadSignal);
        }

        @Override
        public void close() {}
    }

    private JobQueue migration(double maximumRate, Duration interval) {
        JobQueue queue = built(builder()
                .handlers(photos)
                .queue(
                        "migration",
                        q -> q.workers(4)
                                .pacer(load -> Pacer.builder("migration", load)
                                        .maximumRate(maximumRate)
                                        .interval(interval)
                                        .build())));
        queue.enqueueAll(
                Photos::move, IntStream.range(0, PHOTOS).mapToObj(Photo::new).toList());
        return queue;
    }

    private void clicksAreServed(JobQueue queue, int clicks) {
        int before = photos.clicks.get();
        queue.enqueueAll(
                Photos::click, IntStream.range(0, clicks).mapToObj(Click::new).toList());
        await().until(() -> photos.clicks.get() == before + clicks);
    }

    private void allAreMovedOnce(JobQueue queue) {
        awaitNoJobs();
        assertThat(photos.moved).as("none dropped").hasSize(PHOTOS);
        assertThat(photos.moves).as("none twice").hasValue(PHOTOS);
        assertThat(queue.length("migration").dead()).isZero();
    }

    @Test
    void goesByTheLoadOfOthersAndIsDoneInTheEnd() {
        AtomicLong percent = new AtomicLong();
        JobQueue queue = migration(200, Duration.ofMillis(50));
        long begun = System.nanoTime();
        try (Headroom headroom = Headroom.builder("test")
                .plug(new Sensors(() -> List.of(LoadSignal.of("router.lag", () -> percent.get() / 100.0))))
                .plug(queue)
                .build()) {
            await().until(() -> photos.moves.get() >= 40);
            int moved = photos.moves.get();
            double seconds = (System.nanoTime() - begun) / 1e9;
            assertThat(moved).as("at 200 a second").isLessThan((int) (200 * seconds) + 60);
            percent.set(110);
            await().until(() -> headroom.load().pressure() == 1.1);
            clicksAreServed(queue, 100);
            int stopped = photos.moves.get();
            clicksAreServed(queue, 100);
            await().during(Duration.ofMillis(300)).until(() -> photos.moves.get() <= stopped + 20);
            assertThat(queue.count(JobFilter.waiting().queues("migration")))
                    .as("what waits is kept")
                    .isGreaterThanOrEqualTo(PHOTOS - stopped - 20);
            percent.set(0);
            allAreMovedOnce(queue);
        }
    }

    @Test
    void livesWithinTheSpaceThatIsThereUntilThereIsMore() {
        // At 400 a second three quarters of 400 photos would fill the 130 places in the east within half a second.
        JobQueue queue = migration(400, Duration.ofMillis(50));
        Instant installed = Instant.now().plusSeconds(3);
        try (Headroom headroom = Headroom.builder("test")
                .plug(new Sensors(() -> List.of(consumption(east, installed), consumption(west, installed))))
                .plug(queue)
                .build()) {
            await().until(() -> headroom.load().pressures().getOrDefault("storage.east", 0.0) >= 0.7);
            clicksAreServed(queue, 20);
            await().until(() -> Instant.now().isAfter(installed));
            assertThat(east.least.get()).as("room in the east, at worst").isPositive();
            assertThat(photos.moves.get()).as("goes on").isGreaterThan(20);
            assertThat(queue.count(JobFilter.waiting().queues("migration")))
                    .as("what waits is kept")
                    .isGreaterThanOrEqualTo(PHOTOS - photos.moves.get());
            east.free.addAndGet(1_000);
            allAreMovedOnce(queue);
            assertThat(east.least.get()).as("room in the east, at worst").isPositive();
        }
    }

    private static LoadSignal consumption(Site site, Instant installed) {
        return ConsumptionSignal.builder("storage." + site.name, site.free::get, installed)
                .window(Duration.ofMillis(600))
                .build();
    }
}
