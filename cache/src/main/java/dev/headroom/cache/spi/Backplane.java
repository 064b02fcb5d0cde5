package dev.headroom.cache.spi;

/**
 * How JVMs tell one another what they have dropped, so that none goes on serving it from its own memory.
 *
 * <p>Without one the cache keeps a journal in the shared tier, which each JVM reads every few milliseconds
 * ({@link dev.headroom.cache.CachesBuilder#journalEvery}). An implementation over something that pushes, such as publish and subscribe of Redis or a message broker,
 * tells them sooner, and nothing is polled.
 *
 * <p>Messages may come late, more than once, in any order, and to the JVM that sent them. One that is lost makes a JVM serve what was dropped for
 * {@link dev.headroom.cache.CacheOptions.Builder#localFresh} at most, and as long as it is fresh while the shared tier can't be asked; where one may have been lost the
 * {@linkplain Listener#lost() listener is told}, and then nothing held is served before it has been compared with the shared tier, if that can be asked. What can't be dropped
 * there yet is told at once, and again when it is dropped. Several applications may use one channel: each ignores what is not in its namespace.
 *
 * <p>It belongs to one {@link dev.headroom.cache.Caches}, which subscribes once and closes it. Implementations are thread-safe.
 */
public interface Backplane extends AutoCloseable {
    /**
     * Tells all JVMs. Returns or throws within a bounded time, for callers of the cache wait for it.
     *
     * @param node the identifier of the shared tier's node where the change is, for implementations that have a channel for each
     * @param message what to tell, some hundred characters, in a few cases thousands
     * @throws RuntimeException if it may not reach everybody: it is published again then, later and in the background, until it is through
     */
    void publish(String node, String message);

    /**
     * From now on the listener hears what all JVMs publish. Doesn't wait for a connection: who has to connect first calls {@link Listener#lost()} when it is
     * subscribed, and again each time after it has lost its connection and has another one.
     */
    void subscribe(Listener listener);

    /** Ends the subscription and closes what this opened itself. A second call does nothing. */
    @Override
    void close();

    /** Hears what is published. Thread-safe; takes little time and throws nothing. */
    interface Listener {
        /** A message has come, as it was published. */
        void heard(String message);

        /** Messages may have been lost until now. */
        void lost();
    }
}
