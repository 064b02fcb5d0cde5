package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** Whoever asks how much waits while the database is away has an answer soon, however many ask. */
class LengthsTest {
    private final CountDownLatch away = new CountDownLatch(1);
    private final AtomicInteger asked = new AtomicInteger();
    private volatile boolean isAway;

    private DataSource awayAtTimes(DataSource real) {
        return (DataSource) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                    if (isAway && method.getName().equals("getConnection")) {
                        asked.incrementAndGet();
                        away.await();
                        throw new SQLTransientConnectionException("pool: no connection in time");
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }

    @Test
    void oneAsksAndTheOthersDoNotQueueUpBehindIt() throws Exception {
        ExecutorService callers = Executors.newCachedThreadPool();
        try (Backend.Database database = Backend.H2.open()) {
            SchemaInstaller.install(database.dataSource());
            try (JobQueue queue =
                    JobQueue.builder(awayAtTimes(database.dataSource())).build()) {
                isAway = true;
                List<RuntimeException> failures = new CopyOnWriteArrayList<>();
                for (int i = 0; i < 6; i++) {
                    callers.execute(() -> {
                        try {
                            queue.length();
                        } catch (RuntimeException failed) {
                            failures.add(failed);
                        }
                    });
                }
                // The first is still at it.
                await().atMost(Duration.ofSeconds(20)).until(() -> failures.size() == 5);
                assertThat(asked).hasValue(1);
                assertThat(failures).allSatisfy(each -> assertThat(each).isInstanceOf(QueueException.class));
                away.countDown();
                await().until(() -> failures.size() == 6);
                assertThat(failures.get(5)).hasRootCauseMessage("pool: no connection in time");
                isAway = false;
                await().ignoreExceptions().until(() -> queue.length().ready() == 0);
                assertThatThrownBy(() -> queue.length("unknown")).isInstanceOf(IllegalArgumentException.class);
            }
        } finally {
            callers.shutdownNow();
        }
    }

    @Test
    void theLongerCountingTakesTheLessOftenItIsDone() throws Exception {
        try (Backend.Database database = Backend.H2.open()) {
            SchemaInstaller.install(database.dataSource());
            CountDownLatch never = new CountDownLatch(1);
            AtomicInteger counts = new AtomicInteger();
            DataSource slow = (DataSource) Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                        Object made = method.invoke(database.dataSource(), arguments);
                        return made instanceof Connection real ? slow(real, counts, never) : made;
                    });
            try (JobQueue queue = JobQueue.builder(slow).build()) {
                counts.set(0);
                assertThat(queue.length().ready()).isZero();
                await().pollInterval(Duration.ofMillis(20))
                        .until(() -> queue.length().ready() == 0 && counts.get() == 2);
                long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1_600);
                while (System.nanoTime() - end < 0) {
                    assertThat(queue.length().ready()).isZero();
                    assertThat(never.await(20, TimeUnit.MILLISECONDS)).isFalse();
                }
                assertThat(counts).as("a second after the last it would be due").hasValue(2);
            }
        }
    }

    private Connection slow(Connection real, AtomicInteger counts, CountDownLatch never) {
        return (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("prepareStatement")
                            && String.valueOf(arguments[0]).startsWith("select name, id from headroom_job_queue")) {
                        counts.incrementAndGet();
                        assertThat(never.await(300, TimeUnit.MILLISECONDS)).isFalse();
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }
}
