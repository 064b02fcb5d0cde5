package dev.headroom.cache.memcached;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.headroom.cache.spi.Lifetime;
import dev.headroom.cache.spi.SharedLease;
import dev.headroom.cache.spi.SharedNode;
import dev.headroom.cache.spi.SharedStore;
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
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What both ways of leases have in common: records, counters, sizes, bulk reads by pipelining. */
abstract class NodeBase implements SharedNode {
    static final int LONGEST_TTL_SECONDS = MemcachedPort.LONGEST_TTL_SECONDS - 1;
    private static final int MAXIMUM_VALUE_BYTES = 1_000_000 - 64;
    static final int IN_FLIGHT = 200;
    private static final int MERGE_TRIES = 20;
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
    public Map<String, byte[]> records(Collection<String> names) {
        if (names.size() <= IN_FLIGHT) {
            return gathered(begin(names, node::get));
        }
        Map<String, byte[]> found = new HashMap<>();
        parts(names).forEach(part -> found.putAll(gathered(begin(part, node::get))));
        return found;
    }

    /** Sends what may wait for its answer while something else is sent. */
    final Map<String, CompletionStage<Optional<byte[]>>> begin(
            Collection<String> names, java.util.function.Function<String, CompletionStage<Optional<byte[]>>> read) {
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

    @Override
    public Set<String> storeAllIf(Collection<SharedStore> stores) {
        Set<String> stored = new HashSet<>();
        for (List<SharedStore> part : parts(stores)) {
            Map<String, CompletionStage<Boolean>> begun = new LinkedHashMap<>();
            part.forEach(each -> begun.put(each.lease().key(), beginStore(each)));
            begun.forEach((key, stage) -> {
                if (Answers.of(stage)) {
                    stored.add(key);
                }
            });
        }
        return stored;
    }

    @Override
    public boolean storeIf(SharedLease lease, byte[] value, Lifetime life) {
        return Answers.of(beginStore(new SharedStore(lease, value, life)));
    }

    /** Sends it; says whether it took effect. */
    abstract CompletionStage<Boolean> beginStore(SharedStore store);

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
        for (int i = 0; i < MERGE_TRIES; i++) {
            Item before = Answers.of(node.gets(record)).orElse(null);
            byte[] after = change.apply(before == null ? null : before.value());
            if (after == null) {
                throw new IllegalArgumentException("change: null (expected: bytes)");
            }
            boolean done = before == null
                    ? Answers.of(node.add(record, after, kept))
                    : Answers.of(node.cas(record, before.cas(), after, kept)) == CasOutcome.STORED;
            if (done) {
                return after;
            }
        }
        throw new SharedTierException(node + ": record changed by others " + MERGE_TRIES + " times in a row", null);
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
