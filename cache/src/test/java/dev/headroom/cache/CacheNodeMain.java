package dev.headroom.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.headroom.cache.memcached.MemcachedTier;
import dev.headroom.memcached.Memcached;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A JVM with a cache on a memcached; does what it is told by lines on its standard input. */
final class CacheNodeMain {
    private final Cache<String, String> cache;
    private final Cache<String, String> expiring;
    private final Cache<String, String> stale;
    private final AtomicInteger loads = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    private CacheNodeMain(Caches caches) {
        this.cache = caches.cache("c", String.class, String.class);
        this.expiring = caches.cache("e", String.class, String.class);
        this.stale = caches.cache("s", String.class, String.class);
    }

    public static void main(String[] arguments) throws Exception {
        Memcached memcached = Connected.to(arguments[0], Duration.ofSeconds(5));
        Caches caches = Caches.builder()
                .shared(MemcachedTier.on(memcached))
                .defaults(options -> options.waitAtMost(Duration.ofSeconds(30)))
                .cache("e", options -> options.fresh(Duration.ofSeconds(1)).jitter(0))
                .cache("s", SeveralJvmsTest::stale)
                .build();
        CacheNodeMain node = new CacheNodeMain(caches);
        node.cache.get("warm" + arguments[1], key -> "");
        say("ready");
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                node.obey(line.split(" "));
            }
        }
    }

    private void obey(String[] words) throws Exception {
        switch (words[0]) {
            case "get" ->
                say("got " + words[1] + ' '
                        + get(cache, words[1], Integer.parseInt(words[2]), Long.parseLong(words[3])));
            case "expiring" -> {
                int before = loads.get();
                String got = get(expiring, words[1], Integer.parseInt(words[2]), Long.parseLong(words[3]));
                say("got " + words[1] + ' ' + got + " loads " + (loads.get() - before));
            }
            case "stale" -> refreshed(words[1], Long.parseLong(words[2]));
            case "invalidate" -> cache.invalidate(words[1]);
            default -> throw new IllegalArgumentException(words[0]);
        }
    }

    /** A refresh in the background, of a value of another JVM. */
    private void refreshed(String key, long loadMillis) {
        stale.get(key, k -> {
            say("loading " + k);
            TimeUnit.MILLISECONDS.sleep(loadMillis);
            return "refreshed";
        });
    }

    private String get(Cache<String, String> from, String key, int callers, long loadMillis) throws Exception {
        String me = ProcessHandle.current().pid() + "-" + loads.get();
        List<Future<String>> answers = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            answers.add(threads.submit(() -> from.get(key, k -> {
                loads.incrementAndGet();
                say("loading " + k);
                TimeUnit.MILLISECONDS.sleep(loadMillis);
                return me;
            })));
        }
        List<String> values = new ArrayList<>();
        for (Future<String> answer : answers) {
            values.add(answer.get());
        }
        return values.stream().distinct().toList().toString();
    }

    private static void say(String line) {
        System.out.println(line);
    }
}
