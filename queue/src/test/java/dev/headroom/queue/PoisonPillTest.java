package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.queue.Recorder.Note;
import dev.headroom.testkit.ChildJvm;
import dev.headroom.testkit.SharedPostgres;
import dev.headroom.testkit.TestDatabase;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A job with which three processes die, one after the other, is a dead letter and kills no fourth; what they held beside it is done. */
@Tag("one-jdk")
class PoisonPillTest {
    private static final Duration LEASE = Duration.ofSeconds(6);
    private static final int DEATHS = 3;
    private static final int OTHERS = 6;

    private TestDatabase database;
    private HikariDataSource pool;

    /** Its handlers, on a pool of the process's own. */
    public static final class Handlers {
        private final HikariDataSource pool;

        Handlers(HikariDataSource pool) {
            this.pool = pool;
        }

        /** Says in which process it is, which it does not leave. */
        @Job(name = "poison")
        public void poison(Note note) throws Exception {
            insert(ProcessHandle.current().pid(), "poison");
            new CountDownLatch(1).await();
        }

        /** Does no harm. */
        @Job(name = "harmless")
        public void harmless(Note note) throws SQLException {
            insert(note.id(), "harmless");
        }

        private void insert(long id, String note) throws SQLException {
            try (Connection connection = pool.getConnection();
                    PreparedStatement insert =
                            connection.prepareStatement("insert into effect (id, note) values (?, ?)")) {
                insert.setLong(1, id);
                insert.setString(2, note);
                insert.executeUpdate();
            }
        }
    }

    /** The child. */
    public static final class Child {
        private Child() {}

        /** Runs until its standard input ends. */
        public static void main(String[] args) throws IOException {
            try (JobQueue queue = queue(Backend.pool(args[0], 4))) {
                queue.start();
                while (System.in.read() >= 0) {
                    // Until the parent ends it.
                }
            }
        }
    }

    private static JobQueue queue(HikariDataSource pool) {
        return JobQueue.builder(pool)
                .handlers(new Handlers(pool))
                .lease(LEASE)
                .pollInterval(Duration.ofMillis(100))
                .workers(1)
                .maxCrashes(DEATHS)
                .build();
    }

    @BeforeEach
    void open() throws SQLException {
        database = SharedPostgres.createDatabase();
        pool = Backend.poolWithEffects(database.jdbcUrl());
    }

    @AfterEach
    void close() {
        pool.close();
        database.close();
    }

    @Test
    void isADeadLetterOnceThreeProcessesHaveDiedWithIt() throws SQLException {
        List<ChildJvm> children = new ArrayList<>();
        try (JobQueue queue = queue(pool)) {
            JobHandle poison = queue.priority(0).enqueue(Handlers::poison, new Note(0, ""));
            queue.enqueueAll(
                    Handlers::harmless,
                    IntStream.range(0, OTHERS).mapToObj(i -> new Note(i, "")).toList());
            for (int i = 0; i < DEATHS; i++) {
                children.add(ChildJvm.builder(Child.class)
                        .arguments(database.jdbcUrl())
                        .start());
            }
            for (int deaths = 0; deaths < DEATHS; deaths++) {
                int begun = deaths + 1;
                await().atMost(Duration.ofSeconds(90)).until(() -> count("effect where note = 'poison'") >= begun);
                for (ChildJvm child : children) {
                    if (count("effect where note = 'poison' and id = " + child.pid()) == 1) {
                        child.kill();
                    }
                }
            }
            assertThat(children).noneMatch(ChildJvm::running);
            queue.start();
            await().atMost(Duration.ofSeconds(60)).until(() -> count("headroom_job") == 0);
            assertThat(queue.dead().newest(10)).singleElement().satisfies(dead -> {
                assertThat(dead.id()).isEqualTo(poison.id());
                assertThat(dead.reason()).isEqualTo(DeadJob.Reason.CRASHED);
            });
        } finally {
            children.forEach(ChildJvm::close);
        }
        assertThat(count("effect where note = 'poison'")).as("runs of it").isEqualTo(DEATHS);
        assertThat(count("(select distinct id from effect where note = 'harmless') as done"))
                .isEqualTo(OTHERS);
    }

    private long count(String from) {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select count(*) from " + from)) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
