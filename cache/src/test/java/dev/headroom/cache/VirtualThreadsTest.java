package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.headroom.cache.testing.InMemorySharedTier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A hundred thousand virtual threads want one key: one load, and none of them holds its carrier. */
class VirtualThreadsTest {
    private static final int CALLERS = 100_000;

    @Test
    void oneLoadAndNobodyIsPinned(@TempDir Path folder) throws Exception {
        assumeTrue(Runtime.version().feature() >= 21, "virtual threads");
        AtomicInteger loads = new AtomicInteger();
        try (Recording recording = new Recording();
                Caches caches = Caches.builder()
                        .shared(new InMemorySharedTier())
                        .defaults(options -> options.waitAtMost(java.time.Duration.ofMinutes(5)))
                        .build()) {
            recording.enable("jdk.VirtualThreadPinned").withThreshold(java.time.Duration.ZERO);
            Cache<String, String> cache = caches.cache("c", String.class, String.class);
            ExecutorService threads = (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
            loadClasses(caches.cache("warm", String.class, String.class), threads);
            recording.start();
            long used = 0;
            try {
                List<Future<String>> answers = new ArrayList<>(CALLERS);
                for (int i = 0; i < CALLERS; i++) {
                    answers.add(threads.submit(() -> cache.get("k", key -> {
                        loads.incrementAndGet();
                        Awaitility.await()
                                .atMost(4, TimeUnit.MINUTES)
                                .until(() -> cache.stats().misses() == CALLERS);
                        return "1";
                    })));
                }
                Awaitility.await()
                        .atMost(4, TimeUnit.MINUTES)
                        .until(() -> cache.stats().misses() == CALLERS);
                used = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
                for (Future<String> answer : answers) {
                    assertThat(answer.get(5, TimeUnit.MINUTES)).isEqualTo("1");
                }
            } finally {
                threads.shutdownNow();
            }
            recording.stop();
            Path file = folder.resolve("pinned.jfr");
            recording.dump(file);
            List<String> pinned = Files.size(file) == 0
                    ? List.of()
                    : RecordingFile.readAllEvents(file).stream()
                            .map(String::valueOf)
                            .filter(event -> event.contains("dev.headroom.cache.internal"))
                            .toList();
            System.out.println("soak: cache: " + CALLERS + " virtual threads on one cold key, JDK " + Runtime.version()
                    + ": loads " + loads + ", pinned " + pinned.size() + ", heap in use " + used / 1_000_000 + " MB");
            assertThat(loads).hasValue(1);
            assertThat(pinned).isEmpty();
        }
    }

    /** Whoever loads a class holds its carrier, and so do those who wait for it: that is over after the first calls. */
    private static void loadClasses(Cache<String, String> cache, ExecutorService threads) throws Exception {
        List<Future<String>> first = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            first.add(threads.submit(() -> cache.get("k", key -> {
                TimeUnit.MILLISECONDS.sleep(100);
                return "";
            })));
        }
        for (Future<String> each : first) {
            each.get(1, TimeUnit.MINUTES);
        }
    }
}
