package dev.headroom.cache.memcached;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.headroom.cache.spi.Lifetime;
import dev.headroom.cache.spi.SharedLease;
import dev.headroom.cache.spi.SharedNode;
import dev.headroom.cache.spi.SharedStore;
import dev.headroom.cache.spi.SharedStores;
import dev.headroom.cache.spi.SharedTierException;
import dev.headroom.memcached.CasOutcome;
import dev.headroom.memcached.Item;
import dev.headroom.memcached.MemcachedNode;
import dev.headroom.memcached.MemcachedPort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What both ways of leases have in common: records, counters, sizes, bulk reads by pipelining. */
abstract class NodeBase implements SharedNode {
    static final int LONGEST_TTL_SECONDS = MemcachedPort.LONGEST_TTL_SECONDS - 1;
    private static final int MAXIMUM_VALUE_BYTES = 1_000_000 - 64;
    static final int IN_FLIGHT = 200;
    private static final int TRIES = 20;
    /** How long what is put keeps its key's place before it is stored. */
    static final Duration PLACE = Duration.ofSeconds(2);

    private static final Duration COUNTERS_KEPT = Duration.ofDays(30);

    final MemcachedNode node;

    NodeBase(MemcachedNode node) {
        this.node = node;
    }

    @Override
    public String id() {
        return node.id();
    }

    @Override
    public int maximumValueBytes() {
        return MAXIMUM_VALUE_BYTES;
    }

    /** Whole seconds, at least one. */
    static int seconds(Duration time) {
        long seconds = time.toSeconds() + (time.toNanosPart() > 0 ? 1 : 0);
        return (int) Math.max(1, Math.min(seconds, LONGEST_TTL_SECONDS));
    }

    @Override
    public Map<String, byte[]> records(Collection<String> names) { // one operation for several
        if (names.size() == 1) {
            return gathered(begin(names, node::get));
        }
        Map<String, byte[]> found = new HashMap<>();
        for (List<String> part : parts(names)) {
            List<Optional<Item>> items = Answers.of(node.getsAll(part));
            for (int i = 0; i < part.size(); i++) {
                String name = part.get(i);
                items.get(i).ifPresent(item -> found.put(name, item.value()));
            }
        }
        return found;
    }

    /** Sends what may wait for its answer while something else is sent. */
    final Map<String, CompletionStage<Optional<byte[]>>> begin(
            Collection<String> names, Function<String, CompletionStage<Optional<byte[]>>> read) {
        Map<String, CompletionStage<Optional<byte[]>>> begun = new LinkedHashMap<>();
        for (String name : names) {
            begun.put(name, read.apply(name));
        }
        return begun;
    }

    final <T> Map<String, T> gathered(Map<String, CompletionStage<Optional<T>>> begun) {
        Map<String, T> found = new HashMap<>();
        begun.forEach((name, stage) -> Answers.of(stage).ifPresent(value -> found.put(name, value)));
        return found;
    }

    /**
     * Does something to each, a part at a time, all of a part under way together.
     *
     * @param send begins it
     * @param answered hears what it came to
     * @return why some failed, each for itself
     * @throws SharedTierException if none was answered
     */
    static <T, R> Map<T, SharedTierException> toEach(
            Collection<T> all, Function<T, CompletionStage<R>> send, BiConsumer<T, R> answered) {
        Map<T, SharedTierException> failed = new LinkedHashMap<>();
        for (List<T> part : parts(all)) {
            Map<T, CompletionStage<R>> begun = new LinkedHashMap<>();
            part.forEach(each -> begun.put(each, send.apply(each)));
            begun.forEach((each, stage) -> {
                try {
                    answered.accept(each, Answers.of(stage));
                } catch (SharedTierException failure) {
                    failed.put(each, failure);
                }
            });
        }
        if (!failed.isEmpty() && failed.size() == all.size()) {
            throwIfUnanswered(failed.values());
        }
        return failed;
    }

    private static void throwIfUnanswered(Collection<SharedTierException> failures) {
        SharedTierException last = null;
        for (SharedTierException failure : failures) {
            if (failure.reason() != SharedTierException.Reason.NO_ANSWER) {
                return;
            }
            last = failure;
        }
        if (last != null) {
            throw last;
        }
    }

    @Override
    public SharedStores storeAllIf(Collection<SharedStore> stores) {
        Set<String> stored = new HashSet<>();
        Map<String, SharedTierException> failed = new HashMap<>();
        toEach(stores, this::beginStore, (store, done) -> {
                    if (done) {
                        stored.add(store.lease().key());
                    }
                })
                .forEach((store, failure) -> failed.put(store.lease().key(), failure));
        return new SharedStores(stored, failed);
    }

    @Override
    public boolean heartbeat(SharedLease lease, Duration leaseFor) {
        return heartbeatAll(List.of(lease), leaseFor).contains(lease.key());
    }

    @Override
    public void release(SharedLease lease) {
        Answers.of(beginRelease(lease));
    }

    @Override
    public void releaseAll(Collection<SharedLease> leases) {
        toEach(leases, this::beginRelease, (lease, done) -> {});
    }

    @Override
    public void discard(SharedLease lease) {
        Answers.of(beginDiscard(lease));
    }

    @Override
    public void discardAll(Collection<SharedLease> leases) {
        toEach(leases, this::beginDiscard, (lease, done) -> {});
    }

    abstract CompletionStage<?> beginRelease(SharedLease lease);

    abstract CompletionStage<?> beginDiscard(SharedLease lease);

    @Override
    public void write(Map<String, byte[]> records, Duration kept) {
        Map<String, SharedTierException> failed = toEach(
                records.keySet(),
                name -> node.set(name, Objects.requireNonNull(records.get(name)), kept),
                (name, done) -> {});
        for (SharedTierException failure : failed.values()) {
            throw failure;
        }
    }

    @Override
    public boolean storeIf(SharedLease lease, byte[] value, Lifetime life) {
        return Answers.of(beginStore(new SharedStore(lease, value, life)));
    }

    /** Sends it; says whether it took effect. */
    abstract CompletionStage<Boolean> beginStore(SharedStore store);

    /**
     * A plain {@code set} that timed out lies in some buffer and may be carried out much later, over a drop that came by another connection. So the version is asked for
     * first, of a lease if there is nothing yet, and the value stored in its place alone: one more round trip, and after a drop what is late finds nothing to replace.
     */
    @Override
    public void put(String key, byte[] value, Lifetime life) {
        for (int i = 0; i < TRIES; i++) {
            long connection = node.connectionNumber();
            OptionalLong version = placed(key);
            if (version.isPresent()
                    && storeIf(new SharedLease(key, version.getAsLong(), connection, true), value, life)) {
                return;
            }
        }
        throw changedByOthers("value");
    }

    /** The version of what the key has, which is a lease if there was nothing; empty if it is gone again. */
    abstract OptionalLong placed(String key);

    /** Whether the node has the memory it had when it gave the lease. */
    final boolean same(SharedLease lease) {
        return lease.incarnation() == node.connectionNumber();
    }

    /** Parts of what is done to many keys, so that it does not fill the node's queue. */
    static <T> List<List<T>> parts(Collection<T> keys) {
        List<T> all = List.copyOf(keys);
        List<List<T>> parts = new ArrayList<>();
        for (int from = 0; from < all.size(); from += IN_FLIGHT) {
            parts.add(all.subList(from, Math.min(all.size(), from + IN_FLIGHT)));
        }
        return parts;
    }

    @Override
    public byte[] merge(String record, Duration kept, UnaryOperator<byte @Nullable []> change) {
        for (int i = 0; i < TRIES; i++) {
            Item before = Answers.of(node.gets(record)).orElse(null);
            byte[] after = changed(before, change);
            if (Answers.of(replace(record, before, after, kept))) {
                return after;
            }
        }
        throw changedByOthers("record");
    }

    /** The node answers: it is not down. */
    private SharedTierException changedByOthers(String what) {
        return new SharedTierException(
                SharedTierException.Reason.NOT_ASKED,
                node + ": " + what + " changed by others " + TRIES + " times in a row",
                null);
    }

    private static byte[] changed(@Nullable Item before, UnaryOperator<byte @Nullable []> change) {
        byte[] after = change.apply(before == null ? null : before.value());
        if (after == null) {
            throw new IllegalArgumentException("change: null (expected: bytes)");
        }
        return after;
    }

    /** Says whether nobody else was faster. */
    private CompletionStage<Boolean> replace(String record, @Nullable Item before, byte[] after, Duration kept) {
        return before == null
                ? node.add(record, after, kept)
                : node.cas(record, before.cas(), after, kept).thenApply(outcome -> outcome == CasOutcome.STORED);
    }

    /** Reads all of a part at once, changes them at once, and takes those that others changed meanwhile one by one. */
    @Override
    public Map<String, byte[]> mergeAll(Map<String, UnaryOperator<byte @Nullable []>> changes, Duration kept) {
        Map<String, byte[]> merged = new HashMap<>();
        for (List<String> part : parts(changes.keySet())) {
            List<Optional<Item>> there = Answers.of(node.getsAll(part));
            Map<String, CompletionStage<Boolean>> begun = new LinkedHashMap<>();
            for (int i = 0; i < part.size(); i++) {
                String record = part.get(i);
                Item before = there.get(i).orElse(null);
                byte[] after = changed(before, Objects.requireNonNull(changes.get(record)));
                merged.put(record, after);
                begun.put(record, replace(record, before, after, kept));
            }
            begun.forEach((record, done) -> {
                if (!Answers.of(done)) {
                    merged.put(record, merge(record, kept, Objects.requireNonNull(changes.get(record))));
                }
            });
        }
        return merged;
    }

    @Override
    public long increment(String counter) {
        Optional<Long> next = Answers.of(node.increment(counter, 1));
        while (next.isEmpty()) {
            long start = ((long) ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE)) << 32;
            Answers.of(node.add(counter, Long.toString(start).getBytes(US_ASCII), COUNTERS_KEPT));
            next = Answers.of(node.increment(counter, 1));
        }
        return next.get();
    }

    @Override
    public String toString() {
        return node.toString();
    }
}
