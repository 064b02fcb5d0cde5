package dev.headroom.cache.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.headroom.cache.spi.Lifetime;
import dev.headroom.cache.spi.SharedLease;
import dev.headroom.cache.spi.SharedNode;
import dev.headroom.cache.spi.SharedRead;
import dev.headroom.cache.spi.SharedTierException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The one node of an {@link InMemorySharedTier}. */
final class InMemoryNode implements SharedNode {
    private final LongSupplier clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Slot> slots = new HashMap<>();
    private final Map<String, Slot> records = new HashMap<>();
    private long versions;
    private long incarnation;
    private volatile boolean down;

    /** A value, or a lease on nothing. */
    private static final class Slot {
        byte @Nullable [] value;
        long version;
        long expiresAt;
        long freshUntil;
        boolean leased;
    }

    InMemoryNode(LongSupplier clock) {
        this.clock = clock;
    }

    void down(boolean down) {
        this.down = down;
    }

    void restart() {
        locked(() -> {
            slots.clear();
            records.clear();
            versions = 0;
            return ++incarnation;
        });
    }

    void evictRecord(String name) {
        locked(() -> records.remove(name) != null);
    }

    private <T> T locked(Supplier<T> work) {
        if (down) {
            throw new SharedTierException("in-memory tier: down", null);
        }
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Slot live(Map<String, Slot> from, String key) {
        Slot slot = from.get(key);
        if (slot != null && clock.getAsLong() - slot.expiresAt >= 0) {
            from.remove(key);
            return null;
        }
        return slot;
    }

    private Slot place(Map<String, Slot> in, String key, byte @Nullable [] value, Duration fresh, Duration stale) {
        Slot slot = new Slot();
        slot.value = value;
        slot.version = ++versions;
        slot.freshUntil = clock.getAsLong() + fresh.toNanos();
        slot.expiresAt = slot.freshUntil + stale.toNanos();
        in.put(key, slot);
        return slot;
    }

    private SharedRead read(String key, Slot slot, boolean won) {
        SharedLease lease = won ? new SharedLease(key, slot.version, incarnation, slot.value != null) : null;
        SharedRead.Age age = slot.value == null
                ? SharedRead.Age.UNKNOWN
                : SharedRead.Age.left(Duration.ofNanos(slot.freshUntil - clock.getAsLong()));
        return new SharedRead(slot.value, slot.version, age, lease, !won && slot.leased, Map.of());
    }

    @Override
    public String id() {
        return "memory";
    }

    @Override
    public SharedRead readOrLease(String key, Duration leaseFor, Collection<String> names) {
        return locked(() -> {
            Slot slot = live(slots, key);
            boolean won = slot == null;
            if (slot == null) {
                slot = place(slots, key, null, leaseFor, Duration.ZERO);
                slot.leased = true;
            }
            return read(key, slot, won).with(records(names));
        });
    }

    @Override
    public Map<String, SharedRead> readAll(Collection<String> keys) {
        return locked(() -> {
            Map<String, SharedRead> found = new HashMap<>();
            for (String key : keys) {
                Slot slot = live(slots, key);
                if (slot != null && slot.value != null) {
                    found.put(key, read(key, slot, false));
                }
            }
            return found;
        });
    }

    @Override
    public SharedRead lease(String key, long version, Duration leaseFor) {
        return locked(() -> {
            Slot slot = live(slots, key);
            if (slot == null) {
                return readOrLease(key, leaseFor, java.util.List.of());
            }
            boolean won = slot.version == version && !slot.leased;
            slot.leased |= won;
            return read(key, slot, won);
        });
    }

    private @Nullable Slot held(SharedLease lease) {
        Slot slot = live(slots, lease.key());
        boolean holds = slot != null && slot.version == lease.version() && lease.incarnation() == incarnation;
        return holds ? slot : null;
    }

    @Override
    public boolean heartbeat(SharedLease lease, Duration leaseFor) {
        return locked(() -> {
            Slot slot = held(lease);
            if (slot != null && slot.value == null) {
                slot.expiresAt = clock.getAsLong() + leaseFor.toNanos();
            }
            return slot != null;
        });
    }

    @Override
    public boolean storeIf(SharedLease lease, byte[] value, Lifetime life) {
        return locked(() -> {
            boolean holds = held(lease) != null;
            if (holds) {
                place(slots, lease.key(), value, life.fresh(), life.stale());
            }
            return holds;
        });
    }

    @Override
    public void release(SharedLease lease) {
        locked(() -> {
            Slot slot = held(lease);
            if (slot != null) {
                end(lease.key(), slot);
            }
            return true;
        });
    }

    /** Of a lease: the next who asks gets another. */
    private void end(String key, Slot slot) {
        if (slot.value == null) {
            slots.remove(key);
        } else {
            slot.leased = false;
            slot.version = ++versions;
        }
    }

    @Override
    public void discard(SharedLease lease) {
        locked(() -> held(lease) != null && slots.remove(lease.key()) != null);
    }

    @Override
    public boolean takeOver(String key, long version) {
        return locked(() -> {
            Slot slot = live(slots, key);
            boolean done = slot != null && slot.version == version;
            if (slot != null && done) {
                end(key, slot);
            }
            return done;
        });
    }

    @Override
    public void put(String key, byte[] value, Lifetime life) {
        locked(() -> place(slots, key, value, life.fresh(), life.stale()));
    }

    @Override
    public void invalidate(String key) {
        locked(() -> slots.remove(key) != null);
    }

    @Override
    public Map<String, byte[]> records(Collection<String> names) {
        return locked(() -> {
            Map<String, byte[]> found = new HashMap<>();
            for (String name : names) {
                Slot slot = live(records, name);
                if (slot != null && slot.value != null) {
                    found.put(name, slot.value);
                }
            }
            return found;
        });
    }

    @Override
    public byte[] merge(String record, Duration kept, UnaryOperator<byte @Nullable []> change) {
        return locked(() -> {
            Slot before = live(records, record);
            byte[] after = change.apply(before == null ? null : before.value);
            if (after == null) {
                throw new IllegalArgumentException("change: null (expected: bytes)");
            }
            place(records, record, after, kept, Duration.ZERO);
            return after;
        });
    }

    @Override
    public long increment(String counter) {
        return locked(() -> {
            Slot before = live(records, counter);
            long start = before != null && before.value != null
                    ? Long.parseLong(new String(before.value, US_ASCII))
                    : (long) ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE) << 32;
            place(records, counter, Long.toString(start + 1).getBytes(US_ASCII), Duration.ofDays(30), Duration.ZERO);
            return start + 1;
        });
    }

    @Override
    public int maximumValueBytes() {
        return 1_000_000;
    }
}
