package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.queue.testing.ManualQueue;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a job has done is not done again when it is tried again. */
@OnEveryBackend
class StepsTest extends JobQueueContract {
    public record Receipt(String number) {}

    /** Charges, then ships. */
    public static class Orders {
        final List<String> done = new CopyOnWriteArrayList<>();
        final AtomicInteger failuresLeft = new AtomicInteger();

        @Job(name = "order", attempts = 3, backoff = "1ms..2ms")
        public void order(String order, JobContext job) throws Exception {
            Receipt receipt = job.step("charge", Receipt.class, () -> {
                done.add("charged " + order);
                return new Receipt("r-" + order);
            });
            job.step("ship", () -> {
                if (failuresLeft.getAndDecrement() > 0) {
                    throw new IllegalStateException("no ship");
                }
                done.add("shipped " + receipt.number());
            });
            if (failuresLeft.getAndDecrement() > 0) {
                throw new IllegalStateException("after shipping");
            }
        }

        @Job(name = "order.effect", tx = Tx.COMPLETE_IN_TX, attempts = 1)
        public void effect(String order, JobContext job) throws Exception {
            job.connection().createStatement().execute("insert into effect (id, note) values (1, 'x')");
            order(order, job);
        }
    }

    /** Gives two steps one name, and a step that failed another try. */
    public static class Repeating {
        final List<String> done = new CopyOnWriteArrayList<>();

        @Job(name = "twice", attempts = 1)
        public void twice(JobContext job) throws Exception {
            try {
                job.step("charge", () -> {
                    throw new IllegalStateException("not now");
                });
            } catch (IllegalStateException again) {
                job.step("charge", () -> done.add("first"));
            }
            job.step("charge", () -> done.add("second"));
        }
    }

    private final Orders orders = new Orders();

    private void retry(ManualQueue jobs) {
        for (int i = 0; i < 3; i++) {
            jobs.drain();
            jobs.advance(Duration.ofSeconds(1));
        }
    }

    @Test
    void twoStepsOfOneNameAreAnErrorAndNotLeftOut() {
        Repeating repeating = new Repeating();
        JobQueue queue = built(builder().handlers(repeating));
        queue.enqueue(Repeating::twice);
        try (ManualQueue jobs = ManualQueue.of(queue)) {
            jobs.drain();
        }
        assertThat(repeating.done).containsExactly("first");
        assertThat(queue.dead().newest(1).get(0).error())
                .contains("step: charge (expected: a name that no other step of twice has)");
    }

    @Test
    void stepsThatAreDoneAreNotDoneAgain() {
        JobQueue queue = built(builder().handlers(orders));
        orders.failuresLeft.set(2);
        queue.enqueue(Orders::order, "a");
        try (ManualQueue jobs = ManualQueue.of(queue)) {
            jobs.runNext();
            assertThat(count("headroom_job_step")).isOne();
            retry(jobs);
        }
        assertThat(orders.done).containsExactly("charged a", "shipped r-a");
        assertThat(count("headroom_job")).isZero();
        assertThat(count("headroom_job_step")).isZero();
    }

    @Test
    void aDeadLetterGoesOnAfterItsStepsAlsoWhenItsTransactionWasRolledBack() {
        JobQueue queue = built(builder().handlers(orders));
        orders.failuresLeft.set(1);
        JobHandle job = queue.enqueue(Orders::effect, "b");
        try (ManualQueue jobs = ManualQueue.of(queue)) {
            jobs.drain();
            assertThat(job.state()).contains(JobState.DEAD);
            assertThat(count("effect")).isZero();
            queue.dead().requeue(job.id());
            orders.failuresLeft.set(0);
            assertThat(jobs.drain()).isOne();
        }
        assertThat(orders.done).containsExactly("charged b", "shipped r-b");
        assertThat(count("effect")).isOne();
        assertThat(count("headroom_job_step")).isZero();
    }
}
