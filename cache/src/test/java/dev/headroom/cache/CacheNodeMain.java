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

/** A JVM with a cache on a memcached; does what it is told by lines on its standard input. */
final class CacheNodeMain {
    private final Cache<String, String> cache;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    private CacheNodeMain(Cache<String, String> cache) {
        this.cache = cache;
    }

    public static void main(String[] arguments) throws Exception {
        Memcached memcached = Connected.to(arguments[0], Duration.ofSeconds(5));
        Caches caches = Caches.builder()
                .shared(MemcachedTier.on(memcached))
                .defaults(options -> options.waitAtMost(Duration.ofSeconds(30)))
                .build();
        CacheNodeMain node = new CacheNodeMain(caches.cache("c", String.class, String.class));
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
            case "get" -> get(words[1], Integer.parseInt(words[2]), Long.parseLong(words[3]));
            case "invalidate" -> cache.invalidate(words[1]);
            default -> throw new IllegalArgumentException(words[0]);
        }
    }

    private void get(String key, int callers, long loadMillis) throws Exception {
        String me = String.valueOf(ProcessHandle.current().pid());
        List<Future<String>> answers = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            answers.add(threads.submit(() -> cache.get(key, k -> {
                say("loading " + k);
                TimeUnit.MILLISECONDS.sleep(loadMillis);
                return me;
            })));
        }
        List<String> values = new ArrayList<>();
        for (Future<String> answer : answers) {
            values.add(answer.get());
        }
        say("got " + key + ' ' + values.stream().distinct().toList());
    }

    private static void say(String line) {
        System.out.println(line);
    }
}
