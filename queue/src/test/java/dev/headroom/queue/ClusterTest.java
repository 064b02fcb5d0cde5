package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.queue.Recorder.Note;
import dev.headroom.queue.internal.sql.NodeTable;
import dev.headroom.queue.internal.sql.Schema;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Nodes compete without losing or doubling anything, and take over from one another. */
@OnEveryBackend
class ClusterTest extends JobQueueContract {
    private static final int JOBS = 2_000;

    private final Recorder recorder = new Recorder();
    private final Recorder other = new Recorder();

    @Test
    void twoNodesLoseNothingAndHaveEachEffectOnce() {
        // Neither does all before the other has begun: who has seen how short they are takes a thousand at a time.
        JobQueue first = built(builder()
                .handlers(recorder)
                .queue("default", queue -> queue.workers(4).runWhile(() -> !other.runs.isEmpty())));
        JobQueue second = built(builder()
                .handlers(other)
                .queue(
                        "default",
                        queue -> queue.workers(4).runWhile(() -> other.runs.isEmpty() || !recorder.runs.isEmpty())));
        List<Note> notes =
                IntStream.range(0, JOBS).mapToObj(i -> new Note(i, "")).toList();
        first.start();
        second.start();
        await().until(() -> count("headroom_job_node") == 2);
        first.enqueueAll(Recorder::effect, notes);
        await().atMost(Duration.ofSeconds(40)).until(() -> count("headroom_job") == 0);
        assertThat(count("effect")).isEqualTo(JOBS);
        assertThat(number("select count(distinct id) from effect")).isEqualTo(JOBS);
        assertThat(recorder.runs.size() + other.runs.size())
                .as("each ran on one node")
                .isEqualTo(JOBS);
        assertThat(recorder.runs).as("the first node took part").isNotEmpty();
        assertThat(other.runs).as("the second node took part").isNotEmpty();
    }

    @Test
    void aNodeThatWasDeclaredDeadCannotCompleteAndTheJobHasItsEffectOnce() throws Exception {
        JobQueue paused = started(builder().handlers(recorder).lease(Duration.ofSeconds(30)));
        JobHandle job = paused.enqueue(Recorder::blockedEffect, new Note(1, "once"));
        assertThat(recorder.blockedBegan.await(10, TimeUnit.SECONDS)).isTrue();
        // As a node that took over from it would have it.
        execute("delete from headroom_job_node");
        started(builder().handlers(other).lease(Duration.ofMillis(600)));
        other.release.countDown();
        await().until(() -> other.runs.containsKey(1L));
        await().until(() -> job.state().isEmpty());
        recorder.release.countDown();
        paused.drain(Duration.ofSeconds(10));
        assertThat(recorder.runs).as("the paused node's run went to its end").containsKey(1L);
        assertThat(count("effect")).isOne();
        execute("delete from headroom_job_node");
    }

    @Test
    void whatADeadProcessHeldIsRescuedThoughSomebodyHasLockedSomeOfIt() throws Exception {
        JobQueue queue = built(builder().handlers(recorder).lease(Duration.ofMillis(900)));
        JobHandle locked = queue.enqueue(Recorder::note, new Note(1, "locked"));
        queue.enqueue(Recorder::note, new Note(2, "free"));
        execute("update headroom_job set state = 1, lease = 0");
        try (Connection caller = dataSource().getConnection();
                Statement statement = caller.createStatement()) {
            caller.setAutoCommit(false);
            statement.executeQuery("select id from headroom_job where id = " + locked.id() + " for update");
            queue.start();
            await().untilAsserted(() -> assertThat(recorder.order).containsExactly("free"));
            caller.rollback();
            caller.setAutoCommit(true);
        }
        awaitNoJobs();
        assertThat(recorder.order).containsExactly("free", "locked");
    }

    @Test
    void aNodeThatDrainsHasNoWorkersAndOneThatComesBackIsNoYoungerThanItsProcess() throws Exception {
        JobQueue queue = started(builder().handlers(recorder).lease(Duration.ofMillis(900)));
        await().until(() -> count("headroom_job_node where workers > 0") == 1);
        String age = backend == Backend.MARIADB
                ? "select timestampdiff(second, started_at, last_seen) from headroom_job_node"
                : backend == Backend.H2
                        ? "select datediff(second, started_at, last_seen) from headroom_job_node"
                        : "select extract(epoch from last_seen - started_at)::bigint from headroom_job_node";
        assertThat(number(age)).isPositive();
        JobHandle job = queue.enqueue(Recorder::blocked, new Note(1, ""));
        await().until(() -> recorder.concurrent.get() == 1);
        ExecutorService drains = Executors.newSingleThreadExecutor();
        Future<Boolean> drained = drains.submit(() -> {
            queue.drain(Duration.ofSeconds(20));
            return true;
        });
        await().until(() -> count("headroom_job_node where workers = 0") == 1);
        recorder.release.countDown();
        assertThat(drained.get()).isTrue();
        drains.shutdown();
        assertThat(job.state()).isEmpty();
    }

    @Test
    void aNodeDeclaredDeadByMistakeGoesOnUnderANewLease() throws SQLException {
        JobQueue queue = started(builder().handlers(recorder).lease(Duration.ofMillis(600)));
        await().until(() -> count("headroom_job_node") == 1);
        long before = number("select id from headroom_job_node");
        // As a promoted standby would give its number to another, which had lost its row.
        execute("update headroom_job_node set name = 'another'");
        await().until(() -> count("headroom_job_node where id > " + before) == 1);
        execute("delete from headroom_job_node where id = " + before);
        long again = number("select id from headroom_job_node");
        execute("delete from headroom_job_node");
        await().until(() -> count("headroom_job_node where id > " + again) == 1);
        queue.enqueue(Recorder::note, new Note(1, "goes on"));
        awaitNoJobs();
        assertThat(recorder.order).containsExactly("goes on");
    }

    @Test
    void whoIsJustBackIsNoSignThatTheDatabaseWasThereForTheOthers() throws SQLException {
        try (Connection connection = dataSource().getConnection()) {
            NodeTable nodes = new NodeTable(Schema.dialect(connection));
            long back = nodes.register(connection, "back", 1, 0);
            long mine = nodes.register(connection, "mine", 1, 0);
            assertThat(nodes.othersSeen(connection, mine, 60_000))
                    .as("one that has just begun")
                    .isFalse();
            execute("update headroom_job_node set unbroken_since = timestamp '2020-01-01 00:00:00'");
            assertThat(nodes.othersSeen(connection, mine, 60_000)).isTrue();
            assertThat(nodes.beat(connection, back, "back", 1, 30_000)).isTrue();
            assertThat(nodes.othersSeen(connection, mine, 60_000)).isTrue();
            execute("update headroom_job_node set last_seen = timestamp '2020-01-01 00:00:00' where id = " + back);
            assertThat(nodes.othersSeen(connection, mine, 60_000)).as("silent").isFalse();
            assertThat(nodes.beat(connection, back, "back", 1, 30_000)).isTrue();
            assertThat(nodes.othersSeen(connection, mine, 60_000))
                    .as("seen again, after a gap")
                    .isFalse();
            nodes.remove(connection, back);
            nodes.remove(connection, mine);
        }
    }

    @Test
    void jobsOfADeadNodeRunAgainAndAPoisonPillIsADeadLetter() throws SQLException {
        JobQueue queue = built(builder().handlers(recorder).lease(Duration.ofMillis(600)));
        JobHandle innocent = queue.enqueue(Recorder::note, new Note(1, "innocent"));
        JobHandle poison = queue.enqueue(Recorder::note, new Note(2, "poison"));
        execute("insert into headroom_job_node (name) values ('killed')");
        execute("update headroom_job set state = 1, attempt = 1, lease = (select max(id) from headroom_job_node)");
        // Two processes had died before that held it, and this one as it ran.
        execute("update headroom_job set crashes = 3 where id = " + poison.id());
        execute("update headroom_job set crashes = 2 where id = " + innocent.id());
        queue.start();
        await().untilAsserted(() -> assertThat(poison.state()).contains(JobState.DEAD));
        await().until(() -> innocent.state().isEmpty());
        assertThat(recorder.order).containsExactly("innocent");
        assertThat(queue.dead().newest(10)).extracting(DeadJob::reason).containsExactly(DeadJob.Reason.CRASHED);
    }

    @Test
    void whatADeadProcessHeldAndHadNotBegunIsNoPoisonPill() throws SQLException {
        JobQueue queue = built(builder().handlers(recorder).lease(Duration.ofMillis(400)));
        JobHandle beside = queue.enqueue(Recorder::note, new Note(1, "beside"));
        started(builder().lease(Duration.ofMillis(400)));
        for (int crash = 1; crash <= 3; crash++) {
            execute("insert into headroom_job_node (name) values ('killed')");
            execute("update headroom_job set state = 1, attempt = 1, lease = (select max(id) from headroom_job_node)");
            await().until(() -> count("headroom_job where state = 0") == 1);
        }
        assertThat(beside.state()).contains(JobState.READY);
        assertThat(number("select crashes from headroom_job")).isOne();
        queue.start();
        awaitNoJobs();
        assertThat(recorder.order).containsExactly("beside");
    }

    @Test
    void aSuspectThatBeginsIsCountedAheadAndAcquittedWhenItIsGivenBack() throws Exception {
        JobQueue queue = built(builder().handlers(recorder).shutdownGrace(Duration.ofMillis(50)));
        queue.enqueue(Recorder::blocked, new Note(1, ""));
        execute("update headroom_job set crashes = 1");
        queue.start();
        assertThat(recorder.blockedBegan.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(number("select crashes from headroom_job")).isEqualTo(2);
        queue.close();
        assertThat(number("select crashes from headroom_job where state = 0")).isOne();
        execute("delete from headroom_job");
    }

    @Test
    void aJobOfALivingNodeThatDoesNotKnowOfItRunsAgain() throws Exception {
        JobQueue queue = started(builder().handlers(recorder).lease(Duration.ofMillis(600)));
        await().until(() -> count("headroom_job_node") == 1);
        try (Connection connection = dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            JobHandle job = queue.in(connection).enqueue(Recorder::note, new Note(1, "its end was lost"));
            // As a standby has it that was promoted before it was told how the job ended.
            statement.execute("update headroom_job set state = 1, attempt = 1,"
                    + " lease = (select max(id) from headroom_job_node) where id = " + job.id());
            connection.commit();
            connection.setAutoCommit(true);
        }
        awaitNoJobs();
        assertThat(recorder.runs).containsOnly(Map.entry(1L, 1));
    }

    @Test
    void drainingHandsBackWhatHasNotBegunAndLetsTheRestEnd() throws Exception {
        JobQueue leaving = started(builder().handlers(recorder).queue("blocked", q -> q.workers(1)));
        leaving.enqueue(Recorder::blocked, new Note(1, "begun"));
        assertThat(recorder.blockedBegan.await(10, TimeUnit.SECONDS)).isTrue();
        leaving.enqueue(Recorder::blocked, new Note(2, "waits"));
        leaving.drain(Duration.ofMillis(100));
        assertThat(count("headroom_job where state = 1")).isOne();
        JobQueue staying = started(builder().handlers(other));
        other.release.countDown();
        await().untilAsserted(() -> assertThat(other.runs).containsOnlyKeys(2L));
        recorder.release.countDown();
        leaving.drain(Duration.ofSeconds(10));
        awaitNoJobs();
        assertThat(recorder.runs).containsOnlyKeys(1L);
        assertThat(staying.dead().newest(1)).isEmpty();
    }

    @Test
    void closingInterruptsWhatDoesNotEndAndGivesItToOthersWithoutCountingTheAttempt() throws Exception {
        JobQueue leaving = started(builder().handlers(recorder).shutdownGrace(Duration.ofMillis(50)));
        leaving.enqueue(Recorder::blocked, new Note(1, "endless"));
        assertThat(recorder.blockedBegan.await(10, TimeUnit.SECONDS)).isTrue();
        leaving.close();
        leaving.close();
        assertThat(count("headroom_job where state = 0 and attempt = 0")).isOne();
        started(builder().handlers(other));
        other.release.countDown();
        awaitNoJobs();
        assertThat(other.runs).containsOnlyKeys(1L);
    }
}
