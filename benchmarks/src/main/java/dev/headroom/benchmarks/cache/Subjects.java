package dev.headroom.benchmarks.cache;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** The subjects by name, and the class path that each needs. */
final class Subjects {
    /** Where the servers are. */
    record Servers(String memcached, int redisPort) {}

    /**
     * How a cache is to be set up.
     *
     * @param fresh how long its values live
     * @param local whether it holds them in the JVM as well, where it can
     */
    record Setup(Duration fresh, boolean local) {}

    private interface Opening {
        Subject open(Servers servers, Setup setup);
    }

    private record Known(String peer, Opening opening) {}

    private static final String COMMON = "";
    private static final Map<String, Known> ALL = new LinkedHashMap<>();

    static {
        ALL.put("headroom", new Known(COMMON, HeadroomSubject::meta));
        ALL.put("headroom 50 ms", new Known(COMMON, HeadroomSubject::impatient));
        ALL.put("headroom classic", new Known(COMMON, HeadroomSubject::classic));
        ALL.put("caffeine", new Known(COMMON, (servers, setup) -> new LocalSubjects.OfCaffeine(setup.fresh())));
        ALL.put(
                "caffeine refresh",
                new Known(COMMON, (servers, setup) -> new LocalSubjects.OfRefreshingCaffeine(setup.fresh())));
        ALL.put("cache2k", new Known(COMMON, (servers, setup) -> new LocalSubjects.OfCache2k(setup.fresh())));
        ALL.put(
                "spring redis",
                new Known("cache-redis", (servers, setup) -> new SpringRedisSubject(servers, setup.fresh(), false)));
        ALL.put(
                "spring redis locking",
                new Known("cache-redis", (servers, setup) -> new SpringRedisSubject(servers, setup.fresh(), true)));
        ALL.put(
                "redisson",
                new Known("cache-redisson", (servers, setup) -> new RedissonSubject(servers, setup.fresh())));
        ALL.put(
                "jetcache",
                new Known("cache-jetcache", (servers, setup) -> new JetCacheSubject(servers, setup, false)));
        ALL.put(
                "jetcache protect",
                new Known("cache-jetcache", (servers, setup) -> new JetCacheSubject(servers, setup, true)));
    }

    private Subjects() {}

    static Iterable<String> names() {
        return ALL.keySet();
    }

    /** The peer whose class path it needs, empty for the common one. */
    static String peer(String name) {
        return known(name).peer;
    }

    static Subject open(String name, Servers servers, Setup setup) {
        return known(name).opening.open(servers, setup);
    }

    private static Known known(String name) {
        Known known = ALL.get(name);
        if (known == null) {
            throw new IllegalArgumentException("subject: " + name + " (expected: one of " + ALL.keySet() + ")");
        }
        return known;
    }
}
