package dev.headroom.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.headroom.cache.memcached.LeaseMode;
import dev.headroom.cache.memcached.MemcachedTier;
import dev.headroom.memcached.Memcached;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.function.Consumer;

/** A JVM with threads that walk at random over a cache on a memcached, and a source that they share with other JVMs; does what it is told by lines on its standard input. */
final class ScheduleNodeMain {
    private static final int THREADS = 3;

    private ScheduleNodeMain() {}

    /** Arguments: memcached, the way of leases, the file of the source, a seed. */
    public static void main(String[] arguments) throws Exception {
        Memcached memcached = Connected.to(arguments[0], Duration.ofSeconds(5));
        MemcachedTier tier = MemcachedTier.on(memcached, LeaseMode.valueOf(arguments[1]));
        RandomWalk.Common common =
                new RandomWalk.Common(new MappedTruth(Path.of(arguments[2])), wrong -> say("stale: " + wrong));
        long seed = Long.parseLong(arguments[3]);
        Consumer<String> evictRecord =
                name -> memcached.node(name).delete(name).toCompletableFuture().join();
        RandomWalk.Holding holding = RandomWalk.holding(tier);
        for (int i = 0; i < THREADS; i++) {
            RandomWalk walk =
                    new RandomWalk(common, holding, RandomWalk.empty(tier), new Random(seed + i), tier, evictRecord);
            Thread thread = new Thread(() -> {
                while (true) {
                    walk.step();
                }
            });
            thread.setDaemon(true);
            thread.setUncaughtExceptionHandler((t, failure) -> say("stale: nobody knows: " + failure));
            thread.start();
        }
        say("ready");
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                switch (line.split("-")[0]) {
                    case "pause" -> common.reachable.writeLock().lockInterruptibly();
                    case "resume" -> {
                        Connected.await(memcached);
                        common.reachable.writeLock().unlock();
                    }
                    default -> {
                        // Only how it goes is asked.
                    }
                }
                say(line + " done schedules=" + common.schedules + " stale=" + common.stale + " heard=" + common.heard);
            }
        }
    }

    private static void say(String line) {
        System.out.println(line);
    }
}
