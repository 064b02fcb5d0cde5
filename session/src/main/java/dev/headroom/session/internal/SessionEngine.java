package dev.headroom.session.internal;

import dev.headroom.codec.Codec;
import dev.headroom.codec.CodecException;
import dev.headroom.session.Degraded;
import dev.headroom.session.SessionOptions;
import dev.headroom.session.SessionUnavailableException;
import dev.headroom.session.internal.LocalCopies.Copy;
import dev.headroom.session.spi.SessionStore;
import dev.headroom.session.spi.SessionStore.SessionStoreException;
import dev.headroom.session.spi.SessionStore.Versioned;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads and removes sessions, and decides what to do while the store does not answer; writing is {@link SessionSaver}'s. */
final class SessionEngine {
    private static final Logger LOG = LoggerFactory.getLogger(SessionEngine.class);

    private final SessionOptions options;
    private final SessionStore store;
    private final Clock clock;
    private final Ids ids;
    private final AttributeCodec attributes;
    private final @Nullable LocalCopies copies;
    private volatile Counts counts;

    SessionEngine(SessionOptions options, SessionStore store, Codec codec, Clock clock, Counts counts) {
        this.options = options;
        this.attributes = new AttributeCodec(codec, () -> counts().corrupt());
        this.store = store;
        this.clock = clock;
        this.ids = new Ids(options.keyPrefix());
        this.counts = counts;
        boolean copying = options.degraded() == Degraded.LOCAL_COPY && !(store instanceof MemorySessionStore);
        this.copies = copying ? new LocalCopies(options.maximumLocalSessions(), clock::millis) : null;
    }

    SessionOptions options() {
        return options;
    }

    SessionStore store() {
        return store;
    }

    Ids ids() {
        return ids;
    }

    AttributeCodec attributes() {
        return attributes;
    }

    void forgetCopy(String key) {
        if (copies != null) {
            copies.forget(key);
        }
    }

    Counts counts() {
        return counts;
    }

    void counts(Counts counts) {
        this.counts = counts;
    }

    long now() {
        return clock.millis();
    }

    @Nullable LocalCopies copies() {
        return copies;
    }

    /** A session that nobody knows of yet. */
    Loaded create() {
        long now = now();
        SessionRecord record = new SessionRecord(
                ids.stamp(),
                now,
                now,
                now + options.absolute().toMillis(),
                (int) options.idle().toSeconds(),
                null,
                Map.of());
        counts.created();
        return new Loaded(record, Loaded.UNKNOWN, Map.of(), Loaded.Origin.NEW);
    }

    /**
     * The session under this key.
     *
     * @throws SessionUnavailableException if the store does not answer and there is no session without it
     */
    Optional<Loaded> load(String key) {
        long start = System.nanoTime();
        Optional<Versioned> stored;
        try {
            stored = store.load(key);
        } catch (SessionStoreException noAnswer) {
            return loadLocally(key, start, noAnswer);
        }
        Optional<Loaded> loaded = merged(key, stored.flatMap(this::readable));
        counts.loaded(loaded.isPresent() ? Counts.Load.HIT : Counts.Load.MISS, start, null);
        return loaded;
    }

    /** The stored session, empty if it is over or its bytes are damaged. */
    Optional<Loaded> readable(Versioned stored) {
        try {
            SessionRecord record = SessionWire.decode(stored.value());
            boolean over = record.ended(now());
            return over
                    ? Optional.empty()
                    : Optional.of(new Loaded(record, stored.version(), Map.of(), Loaded.Origin.STORE));
        } catch (CodecException damaged) {
            LOG.warn("session: a session can't be read and is taken as absent: {}", damaged.getMessage());
            counts.corrupt();
            return Optional.empty();
        }
    }

    /** Removes a session; where the store does not answer, this server remembers to. */
    void delete(String key, SessionRecord record) {
        try {
            store.delete(key);
            if (copies != null) {
                copies.forget(key);
            }
        } catch (SessionStoreException noAnswer) {
            if (copies == null) {
                throw new SessionUnavailableException("session: not invalidated, " + noAnswer.getMessage(), noAnswer);
            }
            copies.keepDeleted(key, record);
        }
    }

    private Optional<Loaded> merged(String key, Optional<Loaded> stored) {
        Copy copy = copies == null ? null : copies.get(key);
        if (copies == null || copy == null || !copy.unsaved()) {
            remember(key, stored);
            return stored;
        }
        if (copy.toDelete()) {
            stored.ifPresent(found -> delete(key, found.record()));
            return Optional.empty();
        }
        if (stored.isPresent()) {
            Loaded found = stored.get();
            return Optional.of(new Loaded(found.record(), found.version(), copy.pending(), Loaded.Origin.STORE));
        }
        // The store lost it, or never had it, and this server has newer changes than anybody.
        return Optional.of(new Loaded(copy.record(), Loaded.UNKNOWN, copy.pending(), Loaded.Origin.NEW));
    }

    private void remember(String key, Optional<Loaded> stored) {
        if (copies == null) {
            return;
        }
        if (stored.isPresent()) {
            copies.inStep(key, stored.get().record());
        } else {
            copies.forget(key);
        }
    }

    private Optional<Loaded> loadLocally(String key, long start, SessionStoreException noAnswer) {
        if (copies == null) {
            counts.loaded(Counts.Load.FAILED, start, noAnswer);
            throw new SessionUnavailableException("session: not available, " + noAnswer.getMessage(), noAnswer);
        }
        Copy copy = copies.get(key);
        counts.loaded(Counts.Load.LOCAL, start, noAnswer);
        if (copy == null || copy.toDelete() || copy.record().ended(now())) {
            return Optional.empty();
        }
        return Optional.of(new Loaded(copy.record(), Loaded.UNKNOWN, Map.of(), Loaded.Origin.LOCAL));
    }
}
