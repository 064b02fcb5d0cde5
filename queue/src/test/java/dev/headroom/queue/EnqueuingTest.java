package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.config.ConfigurationException;
import dev.headroom.queue.Recorder.Note;
import dev.headroom.queue.batch.BatchStep;
import dev.headroom.queue.mail.Mail;
import dev.headroom.transaction.JdbcTransactions;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Jobs are made in whose transaction they belong to, and in no other. */
@OnEveryBackend
class EnqueuingTest extends JobQueueContract {
    private final Recorder recorder = new Recorder();

    @Test
    void runsWhatCommittedAndForgetsWhatWasRolledBack() throws Exception {
        JobQueue queue = started(builder().handlers(recorder));
        try (Connection connection = dataSource().getConnection()) {
            connection.setAutoCommit(false);
            JobHandle lost = queue.in(connection).enqueue(Recorder::note, new Note(1, "rolled back"));
            connection.rollback();
            JobHandle kept = queue.in(connection).enqueue(Recorder::note, new Note(2, "committed"));
            assertThat(kept.state()).as("seen before its commit").isEmpty();
            assertThat(connection.isClosed()).isFalse();
            connection.commit();
            connection.setAutoCommit(true);
            await().untilAsserted(() -> assertThat(recorder.order).containsExactly("committed"));
            awaitNoJobs();
            assertThat(lost.state()).isEmpty();
        }
    }

    @Test
    void joinsTheTransactionThatTheApplicationSaysTheThreadIsIn() throws Exception {
        try (Connection connection = dataSource().getConnection()) {
            connection.setAutoCommit(false);
            JobQueue queue = built(builder().handlers(recorder).currentTransaction(() -> connection));
            JobHandle job = queue.enqueue(Recorder::note, new Note(1, "mine"));
            assertThat(job.state()).isEmpty();
            connection.commit();
            assertThat(job.state()).contains(JobState.READY);
            connection.setAutoCommit(true);
        }
    }

    @Test
    void joinsThePlainJdbcTransactionOfTheThreadAndIsPickedUpAtItsCommit() throws Exception {
        JobQueue queue = started(builder().handlers(recorder).pollInterval(Duration.ofSeconds(60)));
        await().until(() -> count("headroom_job_node") == 1);
        assertThatThrownBy(() -> JdbcTransactions.runInTransaction(dataSource(), connection -> {
                    queue.enqueue(Recorder::note, new Note(1, "rolled back"));
                    throw new IllegalStateException("rolls back");
                }))
                .hasMessage("rolls back");
        JdbcTransactions.runInTransaction(dataSource(), connection -> {
            JobHandle job = queue.enqueue(Recorder::note, new Note(2, "committed"));
            assertThat(job.state()).as("seen before its commit").isEmpty();
        });
        await().untilAsserted(() -> assertThat(recorder.order).containsExactly("committed"));
        awaitNoJobs();
    }

    @Test
    @SuppressWarnings("NullAway") // What callers whose compiler does not look do all the same.
    void saysWhatIsNull() {
        JobQueue queue = built(builder().handlers(recorder));
        assertThatThrownBy(() -> queue.enqueue((JobMethod.Plain<Recorder>) null))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("method: null (expected: a value)");
        assertThatThrownBy(() -> queue.enqueue((String) null, "payload"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("name: null (expected: a value)");
        assertThatThrownBy(() -> queue.enqueueAll(Recorder::note, Arrays.asList(new Note(1, "one"), null)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("payloads: null at 1 (expected: none that is null)");
        assertThatThrownBy(() -> queue.enqueueAll(Recorder::note, null))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("payloads: null (expected: a value)");
        assertThatThrownBy(() -> queue.batch(null))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("jobs: null (expected: a value)");
        assertThatThrownBy(() -> queue.count(null))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("filter: null (expected: a value)");
        assertThatThrownBy(() -> queue.scale(null))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("launched: null (expected: a value)");
        assertThatThrownBy(() -> queue.scale(List.of(Duration.ofSeconds(-5))))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("launched: PT-5S (expected: >= PT0S)");
        assertThatThrownBy(() -> queue.dead().requeueAll(null, 1))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("name: null (expected: a value)");
        assertThatThrownBy(() -> Mail.to("ada@example.org", (String) null))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("to: null (expected: a text that is not blank)");
        assertThat(count("headroom_job")).isZero();
    }

    @Test
    void takesADelayOfACenturyAndRefusesALongerOne() {
        JobQueue queue = built(builder().handlers(recorder));
        Duration century = Duration.ofDays(36_500);
        JobHandle job = queue.delay(century).enqueue(Recorder::note, new Note(1, "much later"));
        assertThat(job.state()).contains(JobState.SCHEDULED);
        assertThat(job.cancel()).isTrue();
        assertThatThrownBy(() -> queue.delay(century.plusNanos(1)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("delay: PT876000H0.000000001S (expected: at most 36500 days)");
        assertThatThrownBy(() -> job.await(Duration.ofSeconds(Long.MAX_VALUE)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("within: ");
    }

    @Test
    void runsNoSoonerThanItsDelay() {
        JobQueue queue = started(builder().handlers(recorder));
        long begun = System.nanoTime();
        JobHandle job = queue.delay(Duration.ofMillis(400)).enqueue(Recorder::note, new Note(1, "later"));
        assertThat(job.state()).contains(JobState.SCHEDULED);
        await().until(() -> !recorder.order.isEmpty());
        assertThat(Duration.ofNanos(System.nanoTime() - begun))
                .isBetween(Duration.ofMillis(399), Duration.ofSeconds(5));
        awaitNoJobs();
    }

    @Test
    void runsNoSoonerThanTheInstantItIsFor() throws Exception {
        JobQueue queue = started(builder().handlers(recorder));
        // One machine, one clock.
        Instant soon = Instant.now().plusMillis(400);
        JobHandle job = queue.at(soon).enqueue(Recorder::note, new Note(1, "later"));
        JobHandle last = queue.at(Instant.now().plus(Duration.ofDays(30)))
                .at(Instant.MIN)
                .unique("key")
                .enqueue(Recorder::tracked, new Note(2, "of the past"));
        assertThat(last.await(Duration.ofSeconds(20))).isPresent();
        await().until(() -> !recorder.order.isEmpty());
        assertThat(Instant.now()).isAfterOrEqualTo(soon);
        assertThat(job.state()).isEmpty();
        Enqueuer later = queue.at(Instant.now().plus(Duration.ofDays(30)));
        later.enqueueAll(Recorder::note, List.of(new Note(3, ""), new Note(4, "")));
        later.batch(jobs -> jobs.onEnd(Recorder::note, new Note(6, "")));
        later.batch(jobs -> {
            BatchStep first = jobs.add(Recorder::note, new Note(7, ""));
            jobs.add(Recorder::note, new Note(8, "")).after(first);
        });
        assertThat(count("headroom_job where state = 2")).isEqualTo(4);
        assertThat(count("headroom_job where state = 4")).isOne();
        assertThat(later.delay(Duration.ZERO)
                        .enqueue(Recorder::tracked, new Note(9, ""))
                        .await(Duration.ofSeconds(20)))
                .as("what is said last holds")
                .isPresent();
        assertThatThrownBy(() -> queue.at(Instant.MAX))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("at: " + Instant.MAX + " (expected: before the year 10000)");
        queue.close();
        execute("delete from headroom_job");
    }

    @Test
    void runsByPriorityAndThenInTheOrderOfEnqueuing() {
        JobQueue queue = built(builder().handlers(recorder).workers(1));
        queue.priority(9).enqueue(Recorder::note, new Note(1, "last"));
        queue.enqueue(Recorder::note, new Note(2, "middle 1"));
        queue.enqueue(Recorder::note, new Note(3, "middle 2"));
        queue.priority(0).enqueue(Recorder::note, new Note(4, "first"));
        queue.start();
        await().untilAsserted(
                        () -> assertThat(recorder.order).containsExactly("first", "middle 1", "middle 2", "last"));
        awaitNoJobs();
    }

    /** Of which there are very many, and which begin when they may. */
    public static class Routine {
        final List<String> order = new CopyOnWriteArrayList<>();
        final Semaphore gate = new Semaphore(0);

        @Job(name = "routine")
        public void routine(Note note) throws InterruptedException {
            gate.acquire();
            order.add("routine " + note.id());
        }

        @Job(name = "important", priority = 0)
        public void important(Note note) {
            order.add(note.text());
        }
    }

    @Test
    void anImportantJobStartsNextHoweverManyRoutineOnesWait() throws Exception {
        Routine routine = new Routine();
        JobQueue queue = built(builder().handlers(routine).workers(1));
        queue.enqueueAll(
                Routine::routine,
                IntStream.range(0, 10_000).mapToObj(i -> new Note(i, "")).toList());
        queue.enqueue(Routine::important, new Note(1, "important"));
        queue.start();
        routine.gate.release(3);
        await().untilAsserted(() ->
                assertThat(routine.order).containsExactly("important", "routine 0", "routine 1", "routine 2"));
        queue.enqueue(Routine::important, new Note(2, "urgent"));
        routine.gate.release(5_000);
        await().atMost(Duration.ofSeconds(30)).until(() -> routine.order.contains("urgent"));
        assertThat(routine.order.indexOf("urgent"))
                .as("behind what was claimed already alone, at most 4,000")
                .isLessThan(4_100);
        routine.gate.release(10_000);
        queue.close();
        execute("delete from headroom_job");
    }

    @Test
    void enqueuesManyInOneTransaction() throws Exception {
        JobQueue queue = built(builder().handlers(recorder));
        List<Note> notes =
                IntStream.range(0, 500).mapToObj(i -> new Note(i, "n" + i)).toList();
        try (Connection connection = dataSource().getConnection()) {
            connection.setAutoCommit(false);
            queue.in(connection).enqueueAll(Recorder::note, notes);
            assertThat(count("headroom_job")).isZero();
            connection.commit();
            connection.setAutoCommit(true);
        }
        assertThat(queue.length("default").ready()).isEqualTo(500);
        queue.delay(Duration.ofDays(1)).enqueueAll(Recorder::note, notes.subList(0, 3));
        assertThat(count("headroom_job where state = 2")).isEqualTo(3);
        execute("delete from headroom_job where state = 2");
        assertThat(queue.job(number("select min(id) from headroom_job where payload like '%n0\"%'")))
                .isPresent();
        assertThat(count("headroom_job a join headroom_job b on a.id < b.id and a.pos > b.pos"))
                .as("pairs out of order")
                .isZero();
        queue.start();
        awaitNoJobs();
        assertThat(recorder.runs)
                .hasSize(500)
                .allSatisfy((id, runs) -> assertThat(runs).isOne());
    }

    @Test
    void takesHandlersWithoutPayloadAndWithContext() {
        JobQueue queue = started(builder().handlers(recorder));
        queue.enqueue(Recorder::plain);
        JobHandle second = queue.enqueue("plain.context", null);
        awaitNoJobs();
        assertThat(recorder.order)
                .hasSize(2)
                .contains("plain")
                .anyMatch(key -> key.startsWith("plain.context:" + second.id() + ":"));
    }

    @Test
    void refusesLambdasMethodsWithoutJobAndPayloadsThatDoNotFit() {
        JobQueue queue = built(builder().handlers(recorder).maxPayload(100));
        assertThatThrownBy(
                        () -> queue.enqueue((Recorder r, Note n) -> r.note(new Note(1, "captured")), new Note(1, "x")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected: a plain reference to a method with @Job");
        assertThatThrownBy(() -> queue.enqueue("note", null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("payload of note: none (expected: ");
        assertThatThrownBy(() -> queue.enqueue(Object::notify))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected: a method with @Job");
        assertThatThrownBy(() -> queue.enqueue("note", "text"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("payload of note: a java.lang.String");
        assertThatThrownBy(() -> queue.enqueue("unheard-of", "text"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("name: unheard-of (expected: one of ");
        assertThatThrownBy(() -> queue.enqueue(Recorder::note, new Note(1, "x".repeat(100))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected: at most 100; store it as a blob and send its key");
        assertThat(count("headroom_job")).isZero();
    }

    @Test
    void isLookedForNowAndThenAloneWhileItsTransactionIsOpen() throws Exception {
        assumeThat(backend).isEqualTo(Backend.POSTGRESQL);
        CountingDataSource counting = new CountingDataSource(dataSource());
        JobQueue queue = started(JobQueue.builder(counting).handlers(recorder));
        await().until(() -> count("headroom_job_node") == 1);
        try (Connection connection = dataSource().getConnection()) {
            connection.setAutoCommit(false);
            counting.sinceLast();
            long begun = System.nanoTime();
            for (int i = 0; i < 300; i++) {
                queue.in(connection).enqueue(Recorder::note, new Note(i, "soon"));
            }
            long claims = counting.texts.stream()
                    .filter(text -> text.contains("picked as materialized"))
                    .count();
            assertThat(claims)
                    .isLessThan(Duration.ofNanos(System.nanoTime() - begun).toMillis() / 10 + 20);
            connection.commit();
            connection.setAutoCommit(true);
        }
        awaitNoJobs();
        assertThat(recorder.order).hasSize(300);
    }

    @Test
    void enqueuesKindsWhoseHandlersAreInAnotherProcess() {
        JobQueue producer = built(builder());
        producer.enqueue(Recorder::note, new Note(1, "far"));
        producer.enqueue(Recorder::blocked, new Note(2, "in a queue that is new"));
        JobQueue worker = started(builder().handlers(recorder));
        await().untilAsserted(() -> assertThat(recorder.order).containsExactly("far"));
        recorder.release.countDown();
        awaitNoJobs();
        await().untilAsserted(() -> assertThat(worker.length().waiting()).isZero());
    }
}
