package dev.headroom.cache;

import dev.headroom.cache.memcached.MemcachedTier;
import dev.headroom.memcached.Memcached;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingFile;
import org.awaitility.Awaitility;

/** A JVM in which very many virtual threads want one key that nobody has; says how often it was loaded, and who held its carrier. */
final class VirtualThreadsMain {
    private VirtualThreadsMain() {}

    /** Arguments: memcached, how many threads, a folder. */
    public static void main(String[] arguments) throws Exception {
        int callers = Integer.parseInt(arguments[1]);
        AtomicInteger loads = new AtomicInteger();
        AtomicInteger wrong = new AtomicInteger();
        try (Recording recording = new Recording();
                Memcached memcached = Connected.to(arguments[0], Duration.ofSeconds(5));
                Caches caches = Caches.builder()
                        .shared(MemcachedTier.on(memcached))
                        .defaults(options -> options.waitAtMost(Duration.ofMinutes(5)))
                        .build()) {
            recording
                    .enable("jdk.VirtualThreadPinned")
                    .withThreshold(Duration.ZERO)
                    .withStackTrace();
            Cache<String, String> cache = caches.cache("c", String.class, String.class);
            ExecutorService threads = (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
            loadClasses(caches.cache("warm", String.class, String.class), threads);
            recording.start();
            List<Future<?>> answers = new ArrayList<>(callers);
            for (int i = 0; i < callers; i++) {
                answers.add(threads.submit(() -> {
                    String got = cache.get("k", key -> {
                        loads.incrementAndGet();
                        awaitMisses(cache, callers);
                        return "1";
                    });
                    wrong.addAndGet(got.equals("1") ? 0 : 1);
                }));
            }
            awaitMisses(cache, callers);
            Runtime runtime = Runtime.getRuntime();
            long used = runtime.totalMemory() - runtime.freeMemory();
            for (Future<?> answer : answers) {
                answer.get(5, TimeUnit.MINUTES);
            }
            recording.stop();
            Path file = Path.of(arguments[2], "pinned.jfr");
            recording.dump(file);
            List<String> pinned = pinned(file);
            pinned.forEach(System.out::println);
            System.out.println("loads " + loads + ", pinned " + pinned.size() + ", wrong " + wrong + ", heap in use "
                    + used / 1_000_000 + " MB of at most " + runtime.maxMemory() / 1_000_000 + " MB");
            threads.shutdownNow();
        }
    }

    private static void awaitMisses(Cache<String, String> cache, int callers) {
        Awaitility.await().atMost(4, TimeUnit.MINUTES).until(() -> cache.stats().misses() == callers);
    }

    private static List<String> pinned(Path file) throws Exception {
        return Files.size(file) == 0
                ? List.of()
                : RecordingFile.readAllEvents(file).stream()
                        .filter(event -> !frames(event).isEmpty()
                                && !frames(event).get(0).startsWith(VirtualThreadsMain.class.getName()))
                        .map(event -> event.getDuration() + " " + frames(event) + " " + event)
                        .toList();
    }

    /** Headroom's part of the stack, all of it; the top is who held the carrier, by itself or by what it called. */
    private static List<String> frames(RecordedEvent event) {
        RecordedStackTrace stack = event.getStackTrace();
        return stack == null
                ? List.of("unknown")
                : stack.getFrames().stream()
                        .map(RecordedFrame::getMethod)
                        .filter(method -> method.getType().getName().startsWith("dev.headroom."))
                        .map(method -> method.getType().getName() + "." + method.getName())
                        .toList();
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
