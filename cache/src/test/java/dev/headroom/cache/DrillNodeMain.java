package dev.headroom.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.headroom.cache.memcached.MemcachedTier;
import dev.headroom.memcached.Memcached;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/** A JVM that does drills with others on a memcached, by lines on its standard input: a number, which the answer begins with, what to do, and how much of it. */
final class DrillNodeMain {
    private final Memcached memcached;
    private final DrillNode node;

    private DrillNodeMain(Memcached memcached, DrillNode node) {
        this.memcached = memcached;
        this.node = node;
    }

    /** Arguments: memcached, the file of the numbers in common, which JVM this is, of how many, and by how many minutes its clock is early. */
    public static void main(String[] arguments) throws Exception {
        Memcached memcached = Connected.to(arguments[0], Duration.ofSeconds(5));
        long early = Duration.ofMinutes(Long.parseLong(arguments[4])).toNanos();
        Caches caches = Caches.builder()
                .shared(MemcachedTier.on(memcached))
                .clock(() -> System.nanoTime() + early)
                .defaults(options -> options.jitter(0)
                        .fresh(Duration.ofHours(1))
                        .localFresh(Duration.ofHours(1))
                        .waitAtMost(Duration.ofSeconds(30)))
                .cache("failing", OriginDownDrill::options)
                .cache("asked", options -> options.localFresh(Duration.ofNanos(1)))
                .cache("short", options -> options.fresh(ClockSkewDrill.FRESH))
                .build();
        SharedNumbers numbers = SharedNumbers.in(Path.of(arguments[1]), DrillNode.NUMBERS);
        DrillNodeMain main = new DrillNodeMain(
                memcached,
                new DrillNode(caches, numbers, Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3])));
        say("ready");
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.split(" ");
                new Thread(() -> main.answer(words), "drill").start(); // it is asked more meanwhile
            }
        }
    }

    private void answer(String[] words) {
        try {
            run(
                    words[1],
                    Arrays.stream(words).skip(2).mapToInt(Integer::parseInt).toArray());
            say(words[0] + " done" + (words[1].equals("connected") ? "" : node.counted()));
        } catch (Throwable failure) {
            StringWriter trace = new StringWriter();
            failure.printStackTrace(new PrintWriter(trace));
            say(words[0] + " failed: " + trace.toString().replace('\n', ' '));
        }
    }

    private void run(String what, int[] figures) throws Exception {
        switch (what) {
            case "connected" -> Connected.await(memcached);
            case "origin-down" -> new OriginDownDrill(node).run(figures[0], figures[1]);
            case "tags" -> new ClockSkewDrill(node).tags(figures[0]);
            case "expiries" -> new ClockSkewDrill(node).expiries(figures[0], figures[1]);
            case "keys" -> new CoherenceDrill(node).run(figures[0], CoherenceDrill.Drop.KEY);
            case "all-kinds" -> new CoherenceDrill(node).run(figures[0], CoherenceDrill.Drop.values());
            default -> throw new IllegalArgumentException(what);
        }
    }

    private static void say(String line) {
        System.out.println(line);
    }
}
