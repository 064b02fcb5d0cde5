package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.headroom.config.ConfigurationException;
import dev.headroom.queue.testing.ManualQueue;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Limits hold in the whole cluster, whoever claims; what is beyond them waits and is not polled for. */
@OnEveryBackend
class LimitTest extends JobQueueContract {
    public record Call(String account, int number) {}

    /** Calls to somebody who allows but few. */
    public static class Calls {
        final Map<String, AtomicInteger> now = new ConcurrentHashMap<>();
        final Map<String, AtomicInteger> most = new ConcurrentHashMap<>();
        final List<Integer> order = new CopyOnWriteArrayList<>();
        final Semaphore release = new Semaphore(0);
        final AtomicInteger failuresLeft = new AtomicInteger();

        @Job(name = "call", backoff = "1ms..2ms")
        @Limit(by = "#call.account", running = 2)
        public void call(Call call) throws InterruptedException {
            AtomicInteger running = now.computeIfAbsent(call.account(), unknown -> new AtomicInteger());
            most.computeIfAbsent(call.account(), unknown -> new AtomicInteger())
                    .accumulateAndGet(running.incrementAndGet(), Math::max);
            try {
                release.acquire();
                if (failuresLeft.getAndDecrement() > 0) {
                    throw new IllegalStateException("again");
                }
                order.add(call.number());
            } finally {
                running.decrementAndGet();
            }
        }

        @Job(name = "paced")
        @Limit(rate = "20/1s")
        public void paced(Call call) {
            order.add(call.number());
        }

        @Job(name = "one", tx = Tx.COMPLETE_IN_TX, attempts = 1)
        @Limit(running = 1)
        public void one(Call call, JobContext job) {
            if (call.number() < 0) {
                throw new IllegalStateException("never");
            }
            order.add(call.number());
        }
    }

    private final Calls calls = new Calls();

    private static List<Call> calls(String account, int count) {
        return IntStream.range(0, count).mapToObj(i -> new Call(account, i)).toList();
    }

    @Test
    void runsNoMoreOfAKeyAtOnceInTheWholeClusterAndTheOthersFollow() throws Exception {
        JobQueue queue = built(builder().handlers(calls).workers(5));
        queue.enqueueAll(Calls::call, calls("busy", 12));
        queue.enqueueAll(Calls::call, calls("quiet", 1));
        queue.start();
        started(builder().handlers(calls).workers(5));
        await().until(() ->
                calls.now.containsKey("quiet") && calls.now.get("busy").get() == 2);
        await().until(() -> count("headroom_job where state = 3") == 10);
        await().until(() -> queue.count(JobFilter.waiting().states(JobState.BLOCKED)) == 10);
        await().until(() -> queue.length("default").blocked() == 10);
        calls.failuresLeft.set(3);
        calls.release.release(100);
        awaitNoJobs();
        assertThat(calls.most.get("busy")).hasValue(2);
        assertThat(calls.order).hasSize(13);
    }

    private long databaseMicros() {
        return number(
                switch (backend) {
                    case H2 ->
                        "select datediff(microsecond, timestamp with time zone '1970-01-01 00:00:00+00', current_timestamp)";
                    case POSTGRESQL -> "select (extract(epoch from clock_timestamp()) * 1000000)::bigint";
                    case MARIADB -> "select timestampdiff(microsecond, '1970-01-01', utc_timestamp(6))";
                });
    }

    @Test
    void refusesAKeyThatIsTooLongAndDoesNotRepeatIt() {
        JobQueue queue = built(builder().handlers(calls));
        assertThatThrownBy(() -> queue.enqueue(Calls::call, new Call("x".repeat(191), 1)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("@Limit by of call: 191 characters (expected: at most 190 characters)");
    }

    @Test
    void beginsNoMoreInATimeThanTheRateAllows() {
        JobQueue queue = built(builder().handlers(calls));
        queue.enqueueAll(Calls::paced, calls("any", 30));
        long before = databaseMicros();
        queue.start();
        started(builder().handlers(calls));
        awaitNoJobs();
        assertThat(calls.order).hasSize(30);
        // By the one clock that counts: each began at its turn at the earliest, and there are 50 ms from one turn to
        // the next.
        assertThat(number("select turn from headroom_job_limit") - before).isGreaterThanOrEqualTo(30 * 50_000);
        assertThat(databaseMicros() - before).isGreaterThanOrEqualTo(28 * 50_000);
    }

    @Test
    void manyLimitedJobsAreEnqueuedByFewStatements() {
        CountingDataSource counting = new CountingDataSource(dataSource());
        JobQueue queue = built(JobQueue.builder(counting).handlers(calls));
        counting.sinceLast();
        List<Call> many = IntStream.range(0, 300)
                .mapToObj(i -> new Call("account " + i, i))
                .toList();
        queue.enqueueAll(Calls::call, many);
        assertThat(counting.sinceLast()).isLessThan(10);
        assertThat(count("headroom_job where limit_key is not null")).isEqualTo(300);
        assertThat(count("headroom_job j where j.payload like"
                        + (backend == Backend.MARIADB
                                ? " concat('%\"', substring(limit_key, locate('account', limit_key)), '\"%')"
                                : " '%\"' || substring(limit_key from position('account' in limit_key)) || '\"%'")))
                .as("jobs beside the key of their own payload")
                .isEqualTo(300);
    }

    @Test
    void manyKeysAreLookedAtByFewStatements() {
        CountingDataSource counting = new CountingDataSource(dataSource());
        JobQueue queue = built(JobQueue.builder(counting).handlers(calls).queue("default", q -> q.workers(400)));
        for (int i = 0; i < 4; i++) {
            int number = i;
            queue.enqueueAll(
                    Calls::call,
                    IntStream.range(0, 100)
                            .mapToObj(account -> new Call("account " + account, number))
                            .toList());
        }
        counting.sinceLast();
        queue.start();
        await().until(() -> count("headroom_job where state = 3") == 200
                && count("headroom_job where state = 1") == 200
                && calls.now.values().stream().mapToInt(AtomicInteger::get).sum() == 200);
        long claims = ofLimits(counting);
        counting.sinceLast();
        calls.release.release(1_000);
        awaitNoJobs();
        assertThat(calls.order).hasSize(400);
        assertThat(calls.most.values()).allMatch(most -> most.get() == 2);
        if (backend != Backend.H2) {
            // Which is asked key by key, as it is in the process.
            assertThat(claims).isLessThan(60);
            assertThat(ofLimits(counting)).isLessThan(300);
        }
    }

    private static long ofLimits(CountingDataSource counting) {
        return counting.texts.stream()
                .filter(text -> text.contains("headroom_job_limit") || text.contains("limit_key ="))
                .count();
    }

    @Test
    void whatIsPutAsideKeepsItsOrderAndItsLimitAcrossDeathAndCancellation() throws Exception {
        JobQueue queue = built(builder().handlers(calls));
        try (ManualQueue jobs = ManualQueue.of(queue)) {
            JobHandle cancelled = queue.enqueue(Calls::one, new Call("", 9));
            JobHandle dead = queue.enqueue(Calls::one, new Call("", -1));
            queue.enqueueAll(Calls::one, calls("", 3));
            queue.priority(0).enqueue(Calls::one, new Call("", 7));
            // Somebody else runs one.
            execute("update headroom_job set state = 1, held = 1, lease = 0 where id = " + cancelled.id());
            assertThat(jobs.drain()).isZero();
            assertThat(dead.state()).contains(JobState.BLOCKED);
            execute("update headroom_job set state = 2, held = 0 where id = " + cancelled.id());
            assertThat(cancelled.cancel()).isTrue();
            assertThat(jobs.drain()).isEqualTo(5);
            assertThat(calls.order).containsExactly(7, 0, 1, 2);
            assertThat(queue.dead().requeue(dead.id())).isTrue();
            assertThat(count("headroom_job where limit_key = 'one:' and id = " + dead.id()))
                    .isOne();
            assertThat(jobs.drain()).isOne();
            assertThat(queue.dead().delete(dead.id())).isTrue();
        }
    }

    @Test
    void slotsOfProcessesThatDiedAreFreeAgain() throws Exception {
        JobQueue queue = built(builder().handlers(calls).lease(Duration.ofMillis(600)));
        queue.enqueueAll(Calls::one, calls("", 3));
        execute("update headroom_job set state = 1, held = 1, lease = 0 where id = "
                + number("select min(id) from headroom_job"));
        queue.start();
        awaitNoJobs();
        assertThat(calls.order).containsExactlyInAnyOrder(0, 1, 2);
    }

    /** Limits nothing, or by nothing that there is. */
    public static class Wrong {
        @Job(name = "wrong")
        @Limit
        public void wrong(Call call) {}

        @Job(name = "wrong.rate")
        @Limit(rate = "many")
        public void wrongRate(Call call) {}

        @Job(name = "wrong.key")
        @Limit(running = 1, by = "#call.tenant")
        public void wrongKey(Call call) {}
    }

    @Test
    void refusesLimitsThatCanNotBeKept() {
        assertThatThrownBy(() -> builder().handlers(new Wrong()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("@Limit: Wrong.wrong (expected: running, rate or both)")
                .hasMessageContaining("Wrong.wrongRate rate: many (expected: a number and a time, such as 100/1m)")
                .hasMessageContaining("Wrong.wrongKey by");
    }

    public record Work(String tenant) {}

    /** One shop for all. */
    public static class Tenants {
        final List<String> order = new CopyOnWriteArrayList<>();

        @Job(name = "tenant.work", queue = "tenants", fairBy = "#work.tenant")
        public void work(Work work) {
            order.add(work.tenant());
        }

        @Job(name = "nobodys.work", queue = "tenants")
        public void nobodys() {
            order.add("nobody");
        }
    }

    @Test
    void aTenantWithManyJobsDoesNotStarveOneWithFew() {
        Tenants tenants = new Tenants();
        JobQueue queue = built(builder().handlers(tenants).queue("tenants", q -> q.workers(1)));
        queue.enqueueAll(
                Tenants::work,
                IntStream.range(0, 400).mapToObj(i -> new Work("large")).toList());
        queue.enqueueAll(
                Tenants::work,
                IntStream.range(0, 5).mapToObj(i -> new Work("small")).toList());
        queue.enqueue(Tenants::nobodys);
        try (ManualQueue jobs = ManualQueue.of(queue)) {
            IntStream.range(0, 12).forEach(i -> jobs.runNext());
        }
        assertThat(tenants.order).contains("nobody");
        assertThat(tenants.order.stream().filter("small"::equals)).hasSize(5);
        queue.start();
        await().atMost(Duration.ofSeconds(30)).until(() -> tenants.order.size() == 406);
        awaitNoJobs();
    }

    /** The same kinds, as a process knows them that has older code. */
    public static class TenantsWithoutTurns {
        final List<String> order = new CopyOnWriteArrayList<>();

        @Job(name = "tenant.work", queue = "tenants")
        public void work(Work work) {
            order.add(work.tenant());
        }

        @Job(name = "nobodys.work", queue = "tenants")
        public void nobodys() {
            order.add("nobody");
        }
    }

    @Test
    void tenantsHaveTheirTurnsInAProcessWhoseCodeKnowsOfNone() {
        JobQueue other = built(builder().handlers(new Tenants()));
        IntStream.range(0, 60).forEach(i -> other.enqueue(Tenants::nobodys));
        other.enqueueAll(Tenants::work, List.of(new Work("a"), new Work("b")));
        TenantsWithoutTurns tenants = new TenantsWithoutTurns();
        JobQueue queue = built(builder().handlers(tenants).queue("tenants", q -> q.workers(1)));
        try (ManualQueue jobs = ManualQueue.of(queue)) {
            IntStream.range(0, 8).forEach(i -> jobs.runNext());
            assertThat(tenants.order).contains("nobody", "a", "b");
            jobs.drain();
        }
    }
}
