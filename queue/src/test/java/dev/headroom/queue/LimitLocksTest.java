package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.queue.Unique.OnDuplicate;
import dev.headroom.queue.testing.ManualQueue;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What callers' transactions hold locked holds up nobody else, and slots are as many as they are said to be, whatever becomes of jobs. */
@OnEveryBackend
@Tag("one-jdk")
class LimitLocksTest extends JobQueueContract {
    public record Call(String account, int number) {}

    /** Calls to somebody who allows but one at once. */
    public static class Calls {
        final List<Integer> order = new CopyOnWriteArrayList<>();
        final AtomicInteger running = new AtomicInteger();
        final AtomicInteger most = new AtomicInteger();
        final Semaphore release = new Semaphore(0);

        @Job(name = "single")
        @Limit(by = "#call.account", running = 1)
        public void single(Call call) throws InterruptedException {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            try {
                release.acquire();
                order.add(call.number());
            } finally {
                running.decrementAndGet();
            }
        }

        @Job(name = "quick")
        @Limit(by = "#call.account", running = 1)
        public void quick(Call call) {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            order.add(call.number());
            running.decrementAndGet();
        }
    }

    private final Calls calls = new Calls();

    private static List<Call> calls(int count) {
        return IntStream.range(0, count).mapToObj(i -> new Call("a", i)).toList();
    }

    /** The first runs, all others are put aside; the first of those has a unique key. */
    private JobQueue closedDoor() {
        JobQueue queue = built(builder().handlers(calls).lease(Duration.ofMillis(900)));
        queue.priority(0).enqueue(Calls::single, new Call("a", -1));
        queue.priority(1).unique("key").enqueue(Calls::single, new Call("a", 100));
        queue.enqueueAll(Calls::single, calls(3));
        queue.start();
        await().until(() -> count("headroom_job where state = 3") == 4);
        return queue;
    }

    private void passesWhile(OnDuplicate met) throws SQLException {
        JobQueue queue = closedDoor();
        try (Connection caller = dataSource().getConnection()) {
            caller.setAutoCommit(false);
            Enqueuer again = queue.in(caller).unique(Unique.of("key").onDuplicate(met));
            (met == OnDuplicate.DEBOUNCE ? again.delay(Duration.ofHours(1)) : again)
                    .priority(1)
                    .enqueue(Calls::single, new Call("a", 200));
            calls.release.release(4);
            // On H2 a job that is kept is not locked.
            boolean locked = met != OnDuplicate.KEEP || backend != Backend.H2;
            await().until(() -> calls.order.size() == 4);
            if (locked) {
                assertThat(calls.order).containsExactlyInAnyOrder(-1, 0, 1, 2);
            }
            caller.commit();
            caller.setAutoCommit(true);
        }
        calls.release.release(10);
    }

    @Test
    void othersRunWhileACallerHasKeptAJobThatIsPutAside() throws Exception {
        passesWhile(OnDuplicate.KEEP);
        awaitNoJobs();
        assertThat(calls.order).contains(100);
    }

    @Test
    void othersRunWhileACallerHasReplacedAJobThatIsPutAside() throws Exception {
        passesWhile(OnDuplicate.REPLACE);
        awaitNoJobs();
        assertThat(calls.order).contains(200).doesNotContain(100);
        assertThat(calls.most).hasValue(1);
    }

    @Test
    void othersRunWhileACallerPutsOffAJobThatIsPutAside() throws Exception {
        passesWhile(OnDuplicate.DEBOUNCE);
        await().until(() -> calls.order.size() == 4);
        assertThat(count("headroom_job where state = 2")).isOne();
        assertThat(count("headroom_job where limit_key is not null and held = 0"))
                .isOne();
        execute("update headroom_job set run_at = created_at");
        awaitNoJobs();
        assertThat(calls.order).endsWith(200);
    }

    @Test
    void theHeartbeatDoesNotWaitForAKeyThatSomebodyHasLocked() throws Exception {
        closedDoor();
        try (Connection caller = dataSource().getConnection();
                Statement statement = caller.createStatement()) {
            caller.setAutoCommit(false);
            statement.execute("update headroom_job_limit set turn = turn where limit_key = 'single:a'");
            awaitHeartbeats();
            caller.rollback();
            caller.setAutoCommit(true);
        }
        calls.release.release(10);
        awaitNoJobs();
    }

    @Test
    void whatIsLeftBehindIsForgottenWhileACallerEnqueues() throws Exception {
        JobQueue queue = built(builder()
                .handlers(calls)
                .lease(Duration.ofMillis(900))
                .keepResults(Duration.ofMillis(1))
                .keepDead(Duration.ofMillis(1)));
        Unique soonFree = Unique.of("key").within(Duration.ofMillis(1));
        queue.unique(soonFree).enqueue(Calls::quick, new Call("b", 0));
        execute("delete from headroom_job");
        execute("insert into headroom_job_batch (total, done, ended_at) select 1, 1, free_at from headroom_job_window");
        try (Connection caller = dataSource().getConnection()) {
            caller.setAutoCommit(false);
            queue.in(caller).enqueue(Calls::quick, new Call("a", 1));
            queue.in(caller).unique(soonFree).enqueue(Calls::quick, new Call("a", 2));
            queue.in(caller).batch(jobs -> jobs.add(Calls::quick, new Call("a", 3)));
            queue.start();
            await().until(() -> count("headroom_job_batch") == 0);
            awaitHeartbeats();
            caller.commit();
            caller.setAutoCommit(true);
        }
        awaitNoJobs();
        assertThat(calls.order).containsExactlyInAnyOrder(1, 2, 3);
    }

    private void awaitHeartbeats() {
        for (int beat = 0; beat < 3; beat++) {
            String seen = seen();
            await().until(() -> !seen().equals(seen));
        }
    }

    private String seen() {
        try (Connection connection = dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select max(last_seen) from headroom_job_node")) {
            rows.next();
            return rows.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aJobThatIsReplacedMovesToTheKeyOfItsNewPayload() throws Exception {
        JobQueue queue = built(builder().handlers(calls));
        Unique replace = Unique.of("key").onDuplicate(OnDuplicate.REPLACE);
        try (ManualQueue jobs = ManualQueue.of(queue)) {
            JobHandle other = queue.enqueue(Calls::quick, new Call("a", 9));
            JobHandle job = queue.unique(replace).enqueue(Calls::quick, new Call("a", 1));
            execute("update headroom_job set state = 1, held = 1, lease = 0 where id = " + other.id());
            assertThat(jobs.drain()).isZero();
            assertThat(job.state()).contains(JobState.BLOCKED);
            queue.unique(replace).priority(2).enqueue(Calls::quick, new Call("b", 2));
            assertThat(count("headroom_job where id = " + job.id()
                            + " and limit_key = 'quick:b' and held = 0 and priority = 2"))
                    .isOne();
            assertThat(jobs.drain()).isOne();
            assertThat(calls.order).containsExactly(2);
            execute("delete from headroom_job");
        }
    }

    @Test
    void anOverdueOneThatOthersKeepDoesWhenItIsReplacedByTheNextBesideIt() throws Exception {
        assumeThat(backend).as("changes what others keep").isEqualTo(Backend.POSTGRESQL);
        JobQueue queue = built(builder().handlers(calls));
        Unique replace = Unique.of("key").onDuplicate(OnDuplicate.REPLACE);
        JobHandle job = queue.unique(replace).enqueue(Calls::quick, new Call("a", 1));
        execute("update headroom_job set run_at = run_at - interval '1' hour");
        try (Connection caller = dataSource().getConnection()) {
            caller.setAutoCommit(false);
            queue.in(caller).unique("key").enqueue(Calls::quick, new Call("a", 2));
            assertThat(queue.unique(replace)
                            .enqueue(Calls::quick, new Call("b", 3))
                            .id())
                    .isNotEqualTo(job.id());
            caller.rollback();
            caller.setAutoCommit(true);
        }
        assertThat(count("headroom_job where id = " + job.id() + " and limit_key = 'quick:b'"))
                .isOne();
        execute("delete from headroom_job");
    }

    @Test
    void aSlotThatWasGrantedIsFreeOnceItsJobIsPutOff() throws Exception {
        JobQueue queue = built(builder().handlers(calls));
        Unique later = Unique.of("key").onDuplicate(OnDuplicate.DEBOUNCE);
        try (ManualQueue jobs = ManualQueue.of(queue)) {
            JobHandle job = queue.unique(later).enqueue(Calls::quick, new Call("a", 1));
            execute("update headroom_job set held = 2 where id = " + job.id());
            queue.enqueue(Calls::quick, new Call("a", 2));
            assertThat(queue.unique(later)
                            .delay(Duration.ofHours(1))
                            .enqueue(Calls::quick, new Call("a", 3))
                            .id())
                    .isEqualTo(job.id());
            assertThat(jobs.drain()).isOne();
            assertThat(calls.order).containsExactly(2);
            jobs.advance(Duration.ofHours(2));
            assertThat(jobs.drain()).isOne();
            assertThat(calls.order).containsExactly(2, 3);
        }
    }

    @Test
    void noSlotIsFreedThatAClaimHasJustGiven() throws Exception {
        JobQueue first = started(builder().handlers(calls).lease(Duration.ofMillis(600)));
        started(builder().handlers(calls).lease(Duration.ofMillis(600)));
        for (int i = 0; i < 4; i++) {
            // A slot of a process that died: it is freed while others are given.
            JobHandle orphan = first.delay(Duration.ofHours(1)).enqueue(Calls::quick, new Call("a", 100 + i));
            execute("update headroom_job set state = 1, held = 1, lease = 0 where id = " + orphan.id());
            first.enqueueAll(Calls::quick, calls(20));
        }
        await().atMost(Duration.ofSeconds(60)).until(() -> count("headroom_job") == 0);
        assertThat(calls.order).hasSize(84);
        assertThat(calls.most).hasValue(1);
    }
}
