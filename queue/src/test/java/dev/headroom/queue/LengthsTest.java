package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.headroom.queue.internal.sql.Delegated;
import dev.headroom.queue.servlet.QueueLengthServlet;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever asks how much waits while the database is away has an answer soon, however many ask. */
class LengthsTest {
    /** How a count begins. */
    private static final String COUNT = "select name, id from headroom_job_queue";

    @TempDir
    Path folder;

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
                    return Delegated.call(real, method, arguments);
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
            DataSource slow = Proxied.connections(database.dataSource(), (connection, method, arguments) -> {
                if (method.getName().equals("prepareStatement")
                        && String.valueOf(arguments[0]).startsWith(COUNT)) {
                    counts.incrementAndGet();
                    assertThat(never.await(300, TimeUnit.MILLISECONDS)).isFalse();
                }
                return Delegated.call(connection, method, arguments);
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

    @Test
    void theEndpointCountsOnceInASecondHoweverManyAsk() throws Exception {
        Tomcat tomcat = new Tomcat();
        ExecutorService callers = Executors.newCachedThreadPool();
        try (Backend.Database database = Backend.H2.open()) {
            SchemaInstaller.install(database.dataSource());
            CountingDataSource counting = new CountingDataSource(database.dataSource());
            try (JobQueue queue =
                    JobQueue.builder(counting).handlers(new Recorder()).build()) {
                queue.enqueue(Recorder::note, new Recorder.Note(1, ""));
                tomcat.setBaseDir(folder.toString());
                tomcat.setPort(0);
                Context context = tomcat.addContext("", null);
                Tomcat.addServlet(context, "length", new QueueLengthServlet(queue));
                context.addServletMappingDecoded("/queue/length", "length");
                tomcat.start();
                URI uri = URI.create("http://127.0.0.1:" + tomcat.getConnector().getLocalPort() + "/queue/length");
                counting.sinceLast();
                long begun = System.nanoTime();
                AtomicInteger answers = new AtomicInteger();
                List<Future<?>> ends = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    ends.add(callers.submit(() -> {
                        HttpClient client = HttpClient.newHttpClient();
                        HttpRequest request = HttpRequest.newBuilder(uri).build();
                        while (counts(counting) < 3) {
                            HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
                            assertThat(answer.body()).isEqualTo("1");
                            answers.incrementAndGet();
                        }
                        return null;
                    }));
                }
                for (Future<?> end : ends) {
                    end.get(60, TimeUnit.SECONDS);
                }
                long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun);
                assertThat(counts(counting)).isLessThanOrEqualTo(1 + seconds);
                assertThat(answers.get()).isGreaterThan(10 * (int) counts(counting));
            }
        } finally {
            callers.shutdownNow();
            tomcat.stop();
            tomcat.destroy();
        }
    }

    private static long counts(CountingDataSource counting) {
        return counting.texts.stream().filter(text -> text.startsWith(COUNT)).count();
    }
}
