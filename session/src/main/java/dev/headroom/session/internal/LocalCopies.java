package dev.headroom.session.internal;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What this server saw last of its sessions, and what it could not store yet. */
final class LocalCopies {
    private final LruMap<Copy> copies;
    private final LongSupplier nowMillis;

    LocalCopies(int maximum, LongSupplier nowMillis) {
        this.copies = new LruMap<>(maximum, nowMillis);
        this.nowMillis = nowMillis;
    }

    /**
     * A session's copy.
     *
     * @param record the session as seen last, with the changes not stored yet
     * @param pending those changes by attribute: the bytes, or null for one that is gone
     * @param toCreate whether the store has never heard of the session
     * @param toDelete whether the session was invalidated
     */
    record Copy(SessionRecord record, Map<String, byte @Nullable []> pending, boolean toCreate, boolean toDelete) {
        boolean unsaved() {
            return toCreate || toDelete || !pending.isEmpty();
        }
    }

    @Nullable Copy get(String key) {
        return copies.get(key);
    }

    /** Keeps what the store has; everything pending is stored. */
    void inStep(String key, SessionRecord record) {
        put(key, new Copy(record, Map.of(), false, false));
    }

    /** Keeps what could not be stored. */
    void keep(String key, SessionRecord record, Map<String, byte @Nullable []> changes, boolean toCreate) {
        long ttl = record.ttl(nowMillis.getAsLong()).toMillis();
        copies.compute(
                key,
                before -> {
                    Map<String, byte @Nullable []> pending =
                            new LinkedHashMap<>(before == null ? Map.of() : before.pending);
                    pending.putAll(changes);
                    return new Copy(record, pending, toCreate || before != null && before.toCreate, false);
                },
                ttl);
    }

    /** Remembers that the session is to be removed from the store as soon as it answers. */
    void keepDeleted(String key, SessionRecord record) {
        put(key, new Copy(record, Map.of(), false, true));
    }

    void forget(String key) {
        copies.remove(key);
    }

    int size() {
        return copies.size();
    }

    private void put(String key, Copy copy) {
        copies.put(key, copy, copy.record.ttl(nowMillis.getAsLong()).toMillis());
    }
}
