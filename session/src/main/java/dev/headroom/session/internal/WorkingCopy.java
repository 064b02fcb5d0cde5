package dev.headroom.session.internal;

import dev.headroom.session.internal.Change.Put;
import dev.headroom.session.internal.Change.Update;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One request's view of a session's attributes: decodes what is read, remembers what is changed, and makes of it a delta that can be applied to any
 * newer version of the session. Not thread-safe: {@link SessionView} has the lock.
 */
final class WorkingCopy {
    static final int MAXIMUM_BYTES = 900_000;

    private final AttributeCodec codec;
    private final Runnable onConflict;
    private final Map<String, Object> values = new HashMap<>();
    private final Map<String, byte[]> readFrom = new HashMap<>();
    private final Map<String, Change> changes = new LinkedHashMap<>();
    private SessionRecord base;

    WorkingCopy(SessionRecord base, AttributeCodec codec, Runnable onConflict) {
        this.base = base;
        this.codec = codec;
        this.onConflict = onConflict;
    }

    SessionRecord base() {
        return base;
    }

    /** Gives the session another idle time with the next save. */
    void maxInactiveSeconds(int seconds) {
        base = new SessionRecord(
                base.stamp(),
                base.createdMillis(),
                base.accessedMillis(),
                base.endsMillis(),
                seconds,
                base.successor(),
                base.slices());
    }

    /** Goes on from this record, which has all changes so far. */
    void saved(SessionRecord record) {
        base = record;
        changes.clear();
        for (Map.Entry<String, Object> entry : values.entrySet()) {
            Slice slice = record.slices().get(entry.getKey());
            if (slice != null) {
                readFrom.put(entry.getKey(), slice.bytes());
            }
        }
    }

    @Nullable Object get(String name) {
        Object held = values.get(name);
        if (held != null || changes.containsKey(name)) {
            return held;
        }
        Slice slice = base.slices().get(name);
        Object value = slice == null ? null : codec.decode(slice);
        if (slice != null && value != null) {
            values.put(name, value);
            readFrom.put(name, slice.bytes());
        }
        return value;
    }

    /** Sets or, with null, removes; returns the value before. */
    @Nullable Object put(String name, @Nullable Object value) {
        Object before = get(name);
        byte[] bytes = value == null ? null : checked(name, codec.encode(name, value));
        changes.put(name, new Put(bytes));
        remember(name, value, bytes);
        return before;
    }

    @Nullable Object update(String name, Class<?> type, UnaryOperator<@Nullable Object> function) {
        Object before = get(name);
        Object value = function.apply(type.isInstance(before) ? before : null);
        byte[] bytes = value == null ? null : checked(name, codec.encode(name, value));
        Change earlier = changes.get(name);
        if (earlier instanceof Put) {
            changes.put(name, new Put(bytes));
        } else if (earlier instanceof Update update && update.type() == type) {
            changes.put(name, update.then(function));
        } else {
            changes.put(name, new Update(type, java.util.List.of(function)));
        }
        remember(name, value, bytes);
        return value;
    }

    /** Takes over a change that could not be stored before. */
    void replay(String name, byte @Nullable [] bytes) {
        changes.put(name, new Put(bytes));
        Object value = bytes == null ? null : codec.decode(new Slice(0, bytes));
        remember(name, value, bytes);
    }

    Set<String> names() {
        Set<String> names = new LinkedHashSet<>(base.slices().keySet());
        changes.forEach((name, change) -> {
            if (values.containsKey(name)) {
                names.add(name);
            } else {
                names.remove(name);
            }
        });
        return names;
    }

    /** Turns changes in place into changes; says whether there is anything to save. */
    boolean collect() {
        for (Map.Entry<String, Object> entry : values.entrySet()) {
            byte[] read = readFrom.get(entry.getKey());
            if (read != null && !(changes.get(entry.getKey()) instanceof Update)) {
                byte[] now = codec.changedInPlace(entry.getKey(), entry.getValue(), read);
                if (now != null) {
                    changes.put(entry.getKey(), new Put(now));
                    readFrom.put(entry.getKey(), now);
                }
            }
        }
        return !changes.isEmpty();
    }

    /** The attributes of this version of the session with the changes applied; changed ones get the stamp as their version. */
    Map<String, Slice> applyTo(SessionRecord current, long stamp) {
        Map<String, Slice> slices = new LinkedHashMap<>(current.slices());
        changes.forEach((name, change) -> {
            Slice there = slices.get(name);
            boolean moved = !sameVersion(there, base.slices().get(name));
            byte[] bytes = change instanceof Put put ? put.bytes() : updated(name, (Update) change, there, moved);
            if (moved && change instanceof Put) {
                onConflict.run();
            }
            if (bytes == null) {
                slices.remove(name);
            } else {
                slices.put(name, new Slice(stamp, bytes));
            }
        });
        return slices;
    }

    /** The changed attributes as they are now: null for one that is gone. */
    Map<String, byte @Nullable []> pending() {
        Map<String, byte @Nullable []> pending = new LinkedHashMap<>();
        Map<String, Slice> now = applyTo(base, 0);
        for (String name : changes.keySet()) {
            Slice slice = now.get(name);
            pending.put(name, slice == null ? null : slice.bytes());
        }
        return pending;
    }

    private byte @Nullable [] updated(String name, Update update, @Nullable Slice there, boolean moved) {
        Object value;
        if (moved) {
            value = update.applyTo(there == null ? null : codec.decode(there));
            if (value == null) {
                values.remove(name);
            } else {
                values.put(name, value);
            }
        } else {
            value = values.get(name);
        }
        return value == null ? null : codec.encode(name, value);
    }

    private void remember(String name, @Nullable Object value, byte @Nullable [] bytes) {
        if (value == null || bytes == null) {
            values.remove(name);
            readFrom.remove(name);
        } else {
            values.put(name, value);
            readFrom.put(name, bytes);
        }
    }

    private byte[] checked(String name, byte[] bytes) {
        int nameBytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (nameBytes > SessionWire.MAXIMUM_NAME_BYTES) {
            throw new IllegalArgumentException(
                    "name: " + nameBytes + " bytes (expected: <= " + SessionWire.MAXIMUM_NAME_BYTES + ")");
        }
        Set<String> names = names();
        names.add(name);
        if (names.size() > SessionWire.MAXIMUM_ATTRIBUTES) {
            throw new IllegalStateException(
                    "attributes: " + names.size() + " (expected: <= " + SessionWire.MAXIMUM_ATTRIBUTES + ")");
        }
        long size = bytes.length;
        for (String other : names) {
            size += other.equals(name) ? 0 : size(other);
        }
        if (size > MAXIMUM_BYTES) {
            throw new IllegalStateException("session: " + size + " bytes (expected: <= " + MAXIMUM_BYTES + ")");
        }
        return bytes;
    }

    private int size(String name) {
        byte[] read = readFrom.get(name);
        if (read != null) {
            return read.length;
        }
        Slice slice = base.slices().get(name);
        return slice == null ? 0 : slice.bytes().length;
    }

    private static boolean sameVersion(@Nullable Slice a, @Nullable Slice b) {
        return a == null || b == null ? a == null && b == null : a.version() == b.version();
    }
}
