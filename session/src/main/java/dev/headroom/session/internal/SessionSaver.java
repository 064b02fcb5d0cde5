package dev.headroom.session.internal;

import dev.headroom.session.SessionUnavailableException;
import dev.headroom.session.spi.SessionStore.Outcome;
import dev.headroom.session.spi.SessionStore.SessionStoreException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores what a request changed.
 *
 * <p>The first attempt replaces the version that was read. When another request was faster, the newest session is read, the changes are applied to
 * it, attribute by attribute, and the attempt is repeated with a growing random pause, until it succeeds or the request's time is over. A
 * session that is gone stays gone: nothing is resurrected.
 */
final class SessionSaver {
    private static final Logger LOG = LoggerFactory.getLogger(SessionSaver.class);
    private static final int ATTEMPTS = 32;
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final SessionEngine engine;

    SessionSaver(SessionEngine engine) {
        this.engine = engine;
    }

    /** What a save came to. */
    enum Result {
        /** The store has it. */
        STORED,
        /** This server keeps it until the store answers. */
        KEPT_LOCALLY,
        /** The session was invalidated elsewhere, or the store dropped it. */
        GONE
    }

    /** Stores the copy's changes. The copy goes on from what was stored; its version is then unknown. */
    Result save(String key, WorkingCopy copy, long version, boolean create, Duration within) {
        long start = System.nanoTime();
        try {
            Stored stored = create ? created(key, copy) : replaced(key, copy, version, start + within.toNanos());
            if (stored == null) {
                engine.forgetCopy(key);
                engine.counts().saved(Counts.Save.GONE, start, null);
                return Result.GONE;
            }
            copy.saved(stored.record);
            inStep(stored.key, stored.record);
            engine.counts().saved(Counts.Save.STORED, start, null);
            return Result.STORED;
        } catch (SessionStoreException noAnswer) {
            keepLocally(key, copy, create, start, noAnswer);
            return Result.KEPT_LOCALLY;
        }
    }

    /** The next version of a session, with the copy's changes. */
    SessionRecord next(WorkingCopy copy, SessionRecord current, int maxInactiveSeconds) {
        long stamp = engine.ids().stamp();
        return new SessionRecord(
                stamp,
                current.createdMillis(),
                engine.now(),
                current.endsMillis(),
                maxInactiveSeconds,
                null,
                copy.applyTo(current, stamp));
    }

    private Stored created(String key, WorkingCopy copy) {
        SessionRecord record = next(copy, copy.base(), copy.base().maxInactiveSeconds());
        if (!engine.store().create(key, SessionWire.encode(record), record.ttl(engine.now()))) {
            throw new SessionStoreException("a session of this identifier is there already", null, true);
        }
        return new Stored(key, record);
    }

    private @Nullable Stored replaced(String firstKey, WorkingCopy copy, long version, long deadline) {
        String key = firstKey;
        Optional<Loaded> current = version == Loaded.UNKNOWN ? read(key) : Optional.of(known(copy, version));
        for (int attempt = 1; current.isPresent(); attempt++) {
            String successor = current.get().record().successor();
            if (successor != null) {
                key = successor;
                current = read(key);
                continue;
            }
            SessionRecord record =
                    next(copy, current.get().record(), copy.base().maxInactiveSeconds());
            Outcome outcome = engine.store()
                    .replace(key, current.get().version(), SessionWire.encode(record), record.ttl(engine.now()));
            if (outcome != Outcome.CONFLICT) {
                return outcome == Outcome.STORED ? new Stored(key, record) : null;
            }
            engine.counts().retried();
            if (attempt >= ATTEMPTS || System.nanoTime() - deadline >= 0) {
                throw new SessionStoreException("others changed it " + attempt + " times meanwhile", null, true);
            }
            pause(attempt);
            current = read(key);
        }
        return null;
    }

    private Optional<Loaded> read(String key) {
        return engine.store().load(key).flatMap(engine::readable);
    }

    private static Loaded known(WorkingCopy copy, long version) {
        return new Loaded(copy.base(), version, Map.of(), Loaded.Origin.STORE);
    }

    private record Stored(String key, SessionRecord record) {}

    private void keepLocally(String key, WorkingCopy copy, boolean create, long start, SessionStoreException noAnswer) {
        if (engine.copies() == null || noAnswer.refused()) {
            engine.counts().saved(Counts.Save.FAILED, start, noAnswer);
            throw new SessionUnavailableException("session: not saved, " + noAnswer.getMessage(), noAnswer);
        }
        LOG.debug("session: kept on this server for now: {}", noAnswer.getMessage());
        saveLocally(key, copy, create, start, noAnswer);
    }

    /** Keeps the copy's changes on this server until the store answers. */
    void saveLocally(String key, WorkingCopy copy, boolean create, long start, @Nullable Throwable why) {
        LocalCopies copies = Objects.requireNonNull(engine.copies());
        SessionRecord record = next(copy, copy.base(), copy.base().maxInactiveSeconds());
        copies.keep(key, record, copy.pending(), create);
        copy.saved(record);
        engine.counts().saved(Counts.Save.LOCAL, start, why);
    }

    private void inStep(String key, SessionRecord record) {
        LocalCopies copies = engine.copies();
        if (copies != null) {
            copies.inStep(key, record);
        }
    }

    private static void pause(int attempt) {
        long longest = Math.min(LONGEST_PAUSE_NANOS, FIRST_PAUSE_NANOS << Math.min(attempt - 1, 10));
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(longest) + 1);
    }
}
