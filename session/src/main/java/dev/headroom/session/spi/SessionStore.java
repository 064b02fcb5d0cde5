package dev.headroom.session.spi;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps sessions as versioned bytes under keys.
 *
 * <p>Every call takes a bounded time and throws {@link SessionStoreException} when it has no answer. Values disappear after their time to live, and may
 * disappear earlier. Thread-safe.
 */
public interface SessionStore extends AutoCloseable {
    /** A name for logs and the console, for example {@code memcached}. */
    String name();

    /** The value with its version, empty if there is none. */
    Optional<Versioned> load(String key);

    /** Stores a value where there is none; says whether it did. */
    boolean create(String key, byte[] value, Duration ttl);

    /** Stores a value in place of the one of this version. */
    Outcome replace(String key, long version, byte[] value, Duration ttl);

    /** Removes a value, if there is one. */
    void delete(String key);

    /** Whether the store answers well enough to serve from; cheap, no I/O. */
    boolean available();

    /** Checks the store as it is used. @throws SessionStoreException if it has no answer */
    void probe();

    /** Frees what it holds, not what it was given. */
    @Override
    void close();

    /** A value and the version it had when it was read. */
    @SuppressWarnings("ArrayRecordComponent") // bytes handed on, never compared
    record Versioned(byte[] value, long version) {}

    /** What became of a replacement. */
    enum Outcome {
        /** Stored. */
        STORED,
        /** Somebody else stored another version. */
        CONFLICT,
        /** There is none any more. */
        GONE
    }

    /** Thrown when the store has no answer; never carries a value. */
    final class SessionStoreException extends dev.headroom.HeadroomException {
        private static final long serialVersionUID = 1L;

        private final boolean refused;

        /**
         * Creates the exception.
         *
         * @param refused whether the store is well but refused this value, for instance as too large
         */
        public SessionStoreException(String message, @Nullable Throwable cause, boolean refused) {
            super(message, cause);
            this.refused = refused;
        }

        /** Whether the store is well but refused this value. */
        public boolean refused() {
            return refused;
        }
    }
}
