package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.queue.PickupMain.Saying;
import dev.headroom.queue.Recorder.Note;
import dev.headroom.queue.postgresql.PostgresNotifications;
import dev.headroom.testkit.ChildJvm;
import dev.headroom.testkit.SharedPostgres;
import dev.headroom.testkit.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** An idle process takes up what another one enqueued, though it would not look by itself for minutes. */
@Tag("one-jdk")
class PickupTest {
    @Test
    void anIdleProcessTakesUpWhatAnotherEnqueues() throws Exception {
        run(10);
    }

    @Test
    @Tag("soak")
    void howLongThatTakes() throws Exception {
        run(300);
    }

    private static void run(int samples) throws Exception {
        try (TestDatabase database = SharedPostgres.createDatabase();
                HikariDataSource pool = Backend.pool(database.jdbcUrl())) {
            SchemaInstaller.install(pool);
            try (ChildJvm worker = ChildJvm.builder(PickupMain.class)
                            .arguments(database.jdbcUrl())
                            .timeout(Duration.ofMinutes(1))
                            .start();
                    JobQueue queue = JobQueue.builder(pool)
                            .handlers(new Saying())
                            .wakeOthers(PostgresNotifications.of(pool))
                            .build()) {
                worker.waitForLine(Pattern.compile("started"));
                queue.enqueue(Saying::say, new Note(0, ""));
                began(worker, 0);
                List<Long> micros = new ArrayList<>();
                for (int i = 1; i <= samples; i++) {
                    await().pollDelay(Duration.ofMillis(250)).until(() -> true);
                    long enqueued = System.nanoTime();
                    queue.enqueue(Saying::say, new Note(i, ""));
                    micros.add((began(worker, i) - enqueued) / 1_000);
                }
                micros.sort(null);
                assertThat(micros).hasSize(samples);
                System.out.printf(
                        Locale.ROOT,
                        "soak: pickup by another process, %d samples: p50 %.1f ms, p90 %.1f ms, p99 %.1f ms, longest %.1f ms%n",
                        samples,
                        micros.get(samples / 2) / 1e3,
                        micros.get(samples * 9 / 10) / 1e3,
                        micros.get(samples * 99 / 100) / 1e3,
                        micros.get(samples - 1) / 1e3);
            }
        }
    }

    private static long began(ChildJvm worker, int number) {
        Matcher line = Pattern.compile("began " + number + " at (\\d+)\\.")
                .matcher(worker.waitForLine(Pattern.compile("began " + number + " at \\d+\\.")));
        assertThat(line.find()).isTrue();
        return Long.parseLong(line.group(1));
    }
}
