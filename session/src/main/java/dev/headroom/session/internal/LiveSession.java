package dev.headroom.session.internal;

import dev.headroom.session.internal.Loaded.Origin;
import dev.headroom.session.internal.SessionSaver.Result;
import dev.headroom.session.spi.SessionStore.Outcome;
import dev.headroom.session.spi.SessionStore.SessionStoreException;
import dev.headroom.session.spi.SessionStore.Versioned;
import jakarta.servlet.ServletContext;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * One request's session: its identifier, its working copy and what the store knows of it. The lock makes it usable by all threads of an
 * asynchronous request.
 */
final class LiveSession {
    private final SessionEngine engine;
    private final SessionSaver saver;
    private final ServletContext context;
    private final boolean fresh;
    private final ReentrantLock lock = new ReentrantLock();
    private final WorkingCopy copy;
    private Origin origin;
    private String id;
    private String key;
    private long version;
    private boolean alias;
    private boolean invalid;
    private boolean renewed;
    private int maxInactiveSeconds;

    LiveSession(SessionEngine engine, SessionSaver saver, ServletContext context, String id, Loaded loaded) {
        this.engine = engine;
        this.saver = saver;
        this.context = context;
        this.id = id;
        this.origin = loaded.origin();
        this.fresh = loaded.origin() == Origin.NEW && loaded.replay().isEmpty();
        AttributeCodec codec = engine.attributes();
        this.copy =
                new WorkingCopy(loaded.record(), codec, () -> engine.counts().conflict());
        String successor = loaded.record().successor();
        this.alias = successor != null;
        this.key = successor != null ? successor : engine.ids().key(id);
        this.version = alias ? Loaded.UNKNOWN : loaded.version();
        this.maxInactiveSeconds = loaded.record().maxInactiveSeconds();
        loaded.replay().forEach(copy::replay);
    }

    String id() {
        return id;
    }

    ServletContext context() {
        return context;
    }

    boolean fresh() {
        return fresh;
    }

    boolean invalid() {
        return invalid;
    }

    SessionRecord base() {
        return copy.base();
    }

    int maxInactiveSeconds() {
        return maxInactiveSeconds;
    }

    void maxInactiveSeconds(int seconds) {
        locked(working -> {
            maxInactiveSeconds = seconds;
            return true;
        });
    }

    /** Works with the attributes. @throws IllegalStateException if the session was invalidated */
    <T> T locked(Function<WorkingCopy, T> work) {
        lock.lock();
        try {
            if (invalid) {
                throw new IllegalStateException("session: invalidated (expected: a valid one)");
            }
            return work.apply(copy);
        } finally {
            lock.unlock();
        }
    }

    /** Stores what is to be stored; does nothing when there is nothing. */
    void save() {
        lock.lock();
        try {
            if (!invalid && dirty()) {
                store();
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean dirty() {
        boolean changed = copy.collect();
        boolean renewal = !renewed && !alias && base().needsRenewal(engine.now());
        return changed || origin == Origin.NEW || renewal || maxInactiveSeconds != base().maxInactiveSeconds();
    }

    private void store() {
        copy.maxInactiveSeconds(maxInactiveSeconds);
        renewed = true;
        if (origin == Origin.LOCAL) {
            saver.saveLocally(key, copy, false, System.nanoTime(), null);
            return;
        }
        Result result = saver.save(
                key, copy, version, origin == Origin.NEW, engine.options().saveWithin());
        invalid = result == Result.GONE;
        origin = originAfter(result);
        version = Loaded.UNKNOWN;
    }

    /** What was kept here stays here for the rest of the request: the next request's load puts it together with what the store has. */
    private static Origin originAfter(Result result) {
        return result == Result.KEPT_LOCALLY ? Origin.LOCAL : Origin.STORE;
    }

    void invalidate() {
        lock.lock();
        try {
            if (!invalid && origin != Origin.NEW) {
                engine.delete(key, base());
                if (alias) {
                    engine.delete(engine.ids().key(id), base());
                }
            }
            invalid = true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Gives the session a new identifier: the session goes on under it, with this request's changes, and under the old one requests
     * under way find, for a while, what was there before.
     */
    String changeId() {
        return locked(working -> {
            working.collect();
            String newId = engine.ids().create();
            String newKey = engine.ids().key(newId);
            if (origin == Origin.LOCAL) {
                saver.saveLocally(newKey, working, true, System.nanoTime(), null);
                engine.forgetCopy(key);
            } else if (origin == Origin.STORE) {
                SessionRecord before = base();
                origin = originAfter(saver.save(
                        newKey, working, Loaded.UNKNOWN, true, engine.options().saveWithin()));
                if (!alias) {
                    leave(before, newKey);
                }
            }
            id = newId;
            key = newKey;
            alias = false;
            version = Loaded.UNKNOWN;
            return newId;
        });
    }

    /** Leaves the old session behind for the requests under way, or takes it away. */
    private void leave(SessionRecord before, String newKey) {
        Duration grace = engine.options().rotationGrace();
        try {
            engine.forgetCopy(key);
            if (grace.isZero()) {
                engine.store().delete(key);
                return;
            }
            SessionRecord left = new SessionRecord(
                    engine.ids().stamp(),
                    before.createdMillis(),
                    before.accessedMillis(),
                    engine.now() + grace.toMillis(),
                    before.maxInactiveSeconds(),
                    newKey,
                    before.slices());
            Optional<Versioned> now = engine.store().load(key);
            Outcome outcome = now.isEmpty()
                    ? Outcome.GONE
                    : engine.store().replace(key, now.get().version(), SessionWire.encode(left), grace);
            if (outcome == Outcome.CONFLICT) {
                engine.store().delete(key);
            }
        } catch (SessionStoreException noAnswer) {
            engine.delete(key, before);
        }
    }
}
