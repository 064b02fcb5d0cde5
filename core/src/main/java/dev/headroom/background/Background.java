package dev.headroom.background;

import java.util.Collection;

/**
 * Hands over work that must survive this process; given by the queue.
 *
 * <p>Handlers are named and registered before work of their name is submitted. At least once: a handler may run again after a crash
 * and must bear it. Without a queue, {@link LocalBackground} runs work in this process only, and says so in its Javadoc. Thread-safe.
 *
 * <pre>{@code
 * background.handle("storage.copy", CopyBlob.class, copy -> migration.copy(copy));
 * background.submit("storage.copy", new CopyBlob("p/42"));
 * }</pre>
 */
public interface Background {
    /**
     * Names the code that does the work.
     *
     * @throws IllegalStateException if the name has a handler
     */
    <P> void handle(String name, Class<P> payload, Handler<? super P> handler);

    /**
     * Hands over one piece of work, in the thread's transaction if there is one that is known.
     *
     * @param payload a record of JDK values
     * @throws IllegalArgumentException if the name has no handler
     */
    void submit(String name, Object payload);

    /** Hands over many pieces of work of one name. */
    void bulk(String name, Collection<?> payloads);

    /** Does one piece of work; an exception means it is tried again. */
    @FunctionalInterface
    interface Handler<P> {
        /** Does the work. */
        void handle(P payload) throws Exception;
    }
}
