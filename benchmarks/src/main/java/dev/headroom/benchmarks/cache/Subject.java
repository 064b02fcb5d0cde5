package dev.headroom.benchmarks.cache;

import java.util.concurrent.Callable;

/** A cache under comparison, as one JVM has it: what it holds itself, and its own connections to what it shares. */
interface Subject extends AutoCloseable {
    /** The key's value, loaded if need be. */
    String get(String key, Callable<String> loader) throws Exception;

    @Override
    void close();
}
