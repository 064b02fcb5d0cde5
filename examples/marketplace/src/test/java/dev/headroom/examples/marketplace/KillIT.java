package dev.headroom.examples.marketplace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process dies in the middle of uploads; the next one, on the same folder, finishes what was acknowledged. */
@Tag("one-jdk")
class KillIT {
    private static final int UPLOADS = 20;
    private static final int THREADS = 4;
    private static final int BEFORE_THE_KILL = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    @Test
    void finishesEveryAcknowledgedUploadAfterAKill() throws Exception {
        Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
        Queue<Integer> unanswered = new ConcurrentLinkedQueue<>();
        try (RunningMarketplace first = RunningMarketplace.start(folder, Map.of())) {
            CountDownLatch enough = new CountDownLatch(BEFORE_THE_KILL);
            ExecutorService uploaders = Executors.newFixedThreadPool(THREADS);
            for (int i = 0; i < UPLOADS; i++) {
                int number = i;
                uploaders.execute(() -> upload(first, number, acknowledged, unanswered, enough));
            }
            assertThat(enough.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            first.kill();
            uploaders.shutdown();
            assertThat(uploaders.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
        }
        assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(BEFORE_THE_KILL).hasSizeLessThan(UPLOADS);
        assertThat(acknowledged).hasSize(UPLOADS - unanswered.size()).doesNotHaveDuplicates();

        try (RunningMarketplace second = RunningMarketplace.start(folder, Map.of())) {
            Visit visit = new Visit(second.address());
            for (String product : acknowledged) {
                assertThat(visit.get(product).statusCode()).as(product).isEqualTo(200);
                assertAllSizes(visit, product.replaceAll("\\D", ""));
            }
            EmbeddedDatabase database = EmbeddedDatabase.of(folder);
            long products = database.number("select count(*) from products");
            assertThat(products).isBetween((long) acknowledged.size(), (long) UPLOADS);
            Awaitility.await("all jobs").atMost(PATIENCE).untilAsserted(() -> {
                assertThat(visit.get("/queue/length?states=ready,scheduled,running,dead")
                                .body()
                                .strip())
                        .isEqualTo("0");
                assertThat(database.number("select count(*) from photo_sizes")).isEqualTo(4 * products);
            });
            assertThat(database.number("select count(*) from products where not photo_ready"))
                    .isZero();
            String later = visit.offered("After the crash", TestPhotos.jpeg(100));
            assertThat(acknowledged).doesNotContain(later);
            assertAllSizes(visit, later.replaceAll("\\D", ""));
            assertThat(visit.get("/health/ready").statusCode()).isEqualTo(200);
        }
        assertThat(postgresServers()).as("servers left behind").isEmpty();
    }

    private static void upload(
            RunningMarketplace site,
            int number,
            Queue<String> acknowledged,
            Queue<Integer> unanswered,
            CountDownLatch enough) {
        try {
            acknowledged.add(new Visit(site.address()).offered("Upload " + number, TestPhotos.jpeg(number)));
            enough.countDown();
        } catch (IOException | InterruptedException lost) {
            unanswered.add(number);
        }
    }

    private static void assertAllSizes(Visit visit, String id) {
        for (String size : List.of("50x50", "90x90", "300x400", "685x685")) {
            Awaitility.await(id + " " + size).atMost(PATIENCE).untilAsserted(() -> {
                HttpResponse<String> picture = visit.get("/images/" + id + "/" + size);
                assertThat(picture.headers().firstValue("Content-Type")).hasValue("image/jpeg");
            });
        }
    }

    /** Servers whose data is in this test's folder. */
    private List<String> postgresServers() {
        List<String> servers = new ArrayList<>();
        ProcessHandle.allProcesses()
                .flatMap(process -> process.info().commandLine().stream())
                .filter(command -> command.contains(folder.toString()))
                .forEach(servers::add);
        return servers;
    }
}
