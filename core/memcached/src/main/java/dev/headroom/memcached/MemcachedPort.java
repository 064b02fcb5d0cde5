package dev.headroom.memcached;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * What we need of one memcached node, in terms of bytes; the place where another client library can take spymemcached's.
 *
 * <p>Every stage completes within the operation's time, on a thread that may decode and wait a little, never on a client's I/O thread. It
 * completes exceptionally with a {@link MemcachedException}. Keys of more than 200 bytes, or with characters other than printable ASCII, are
 * replaced by their hash ({@link Keys}). Times to live are relative: from one second up to {@value #LONGEST_TTL_SECONDS} seconds (30 days), rounded
 * up to whole seconds; zero is for ever. Thread-safe.
 */
public interface MemcachedPort {
    /** The longest relative time to live that memcached knows; longer ones are cut to it. */
    int LONGEST_TTL_SECONDS = 30 * 24 * 3600;

    /** The value, empty if there is none. */
    CompletionStage<Optional<byte[]>> get(String key);

    /** The value with its version, empty if there is none. */
    CompletionStage<Optional<Item>> gets(String key);

    /**
     * Several {@link #gets}, sent together and answered together, in their order. It is one operation, with the time of one: ask for a few hundred at
     * most. Fails if any of them is refused.
     */
    CompletionStage<List<Optional<Item>>> getsAll(List<String> keys);

    /** Stores in any case. */
    CompletionStage<Void> set(String key, byte[] value, Duration ttl);

    /** Stores if there is nothing; says whether it did. */
    CompletionStage<Boolean> add(String key, byte[] value, Duration ttl);

    /** Stores if the version is still this one. */
    CompletionStage<CasOutcome> cas(String key, long cas, byte[] value, Duration ttl);

    /** Gives the value a new time to live; says whether there was one. */
    CompletionStage<Boolean> touch(String key, Duration ttl);

    /** Several {@link #touch}, as one operation like {@link #getsAll}. */
    CompletionStage<List<Boolean>> touchAll(List<String> keys, Duration ttl);

    /** Removes the value; says whether there was one. */
    CompletionStage<Boolean> delete(String key);

    /** Adds to a number written in decimal digits; empty if there is none. */
    CompletionStage<Optional<Long>> increment(String key, long by);

    /**
     * The meta command {@code mg}.
     *
     * @param flags as they are sent, separated by blanks
     */
    CompletionStage<MetaReply> metaGet(String key, String flags);

    /**
     * Several {@code mg} commands, sent together and answered together, in their order; for {@code mg} without the flag {@code q}. It is one
     * operation, with the time of one: ask for a few hundred at most. Fails if any of them is refused.
     */
    CompletionStage<List<MetaReply>> metaGetAll(List<MetaGet> gets);

    /** The meta command {@code ms}. */
    CompletionStage<MetaReply> metaSet(String key, byte[] value, String flags);

    /** The meta command {@code md}. */
    CompletionStage<MetaReply> metaDelete(String key, String flags);

    /** Whether the server knows the meta commands; completes normally only if it answered. */
    CompletionStage<Boolean> knowsMeta();

    /**
     * The number of the current connection: another one after every loss. What a server said on one connection, a version for instance, need
     * not hold on another: the server may have been restarted, and counts versions anew.
     */
    long connectionNumber();

    /** The server's version: the probe. */
    CompletionStage<String> version();
}
