package dev.headroom.benchmarks.cache;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** The subjects by name, and the class path that each needs. */
final class Subjects {
    /** Where the servers are. */
    record Servers(String memcached, int redisPort) {}

    private interface Opening {
        Subject open(Servers servers, Duration fresh);
    }

    private record Known(String peer, Opening opening) {}

    private static final String COMMON = "";
    private static final Map<String, Known> ALL = new LinkedHashMap<>();

    static {
        ALL.put("headroom", new Known(COMMON, HeadroomSubject::meta));
        ALL.put("headroom 50 ms", new Known(COMMON, HeadroomSubject::impatient));
        ALL.put("headroom classic", new Known(COMMON, HeadroomSubject::classic));
        ALL.put("caffeine", new Known(COMMON, (servers, fresh) -> new LocalSubjects.OfCaffeine(fresh)));
        ALL.put(
                "caffeine refresh",
                new Known(COMMON, (servers, fresh) -> new LocalSubjects.OfRefreshingCaffeine(fresh)));
        ALL.put("cache2k", new Known(COMMON, (servers, fresh) -> new LocalSubjects.OfCache2k(fresh)));
        ALL.put(
                "spring redis",
                new Known("cache-redis", (servers, fresh) -> new SpringRedisSubject(servers, fresh, false)));
        ALL.put(
                "spring redis locking",
                new Known("cache-redis", (servers, fresh) -> new SpringRedisSubject(servers, fresh, true)));
        ALL.put("redisson", new Known("cache-redisson", RedissonSubject::new));
        ALL.put(
                "jetcache",
                new Known("cache-jetcache", (servers, fresh) -> new JetCacheSubject(servers, fresh, false)));
        ALL.put(
                "jetcache protect",
                new Known("cache-jetcache", (servers, fresh) -> new JetCacheSubject(servers, fresh, true)));
    }

    private Subjects() {}

    static Iterable<String> names() {
        return ALL.keySet();
    }

    /** The peer whose class path it needs, empty for the common one. */
    static String peer(String name) {
        return known(name).peer;
    }

    static Subject open(String name, Servers servers, Duration fresh) {
        return known(name).opening.open(servers, fresh);
    }

    private static Known known(String name) {
        Known known = ALL.get(name);
        if (known == null) {
            throw new IllegalArgumentException("subject: " + name + " (expected: one of " + ALL.keySet() + ")");
        }
        return known;
    }
}
