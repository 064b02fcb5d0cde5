package dev.headroom.cache.internal;

import dev.headroom.cache.CacheLoadException;

/** Carries what a source threw to where it belongs, without changing it. */
final class Thrown {
    private Thrown() {}

    /** Runs a source where only exceptions may be declared; anything else comes out as it is. */
    static Loaded asException(Source source, Load load) throws Exception {
        try {
            return source.load(load);
        } catch (Exception | Error known) {
            throw known;
        } catch (Throwable other) {
            throw new CacheLoadException("load failed: " + other, other);
        }
    }

    /** What the callers of a programmatic get see. */
    static RuntimeException unchecked(String cache, Throwable failure) {
        if (failure instanceof RuntimeException unchecked) {
            return unchecked;
        }
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        return new CacheLoadException("cache " + cache + ": load failed: " + failure, failure);
    }
}
