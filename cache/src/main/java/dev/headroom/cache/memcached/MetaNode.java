package dev.headroom.cache.memcached;

import dev.headroom.cache.spi.Lifetime;
import dev.headroom.cache.spi.SharedLease;
import dev.headroom.cache.spi.SharedRead;
import dev.headroom.cache.spi.SharedStore;
import dev.headroom.memcached.MemcachedNode;
import dev.headroom.memcached.MetaGet;
import dev.headroom.memcached.MetaReply;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;

/**
 * Leases by memcached's own: {@code mg} with {@code N} makes an empty item and tells one reader that it won it ({@code W}), the others that it is
 * won ({@code Z}); with {@code R} the same over an item that is too old. The winner's {@code ms} carries the item's version ({@code C}); a deletion in
 * between makes it fail. {@code md} with {@code C} and {@code I} ends a dead winner's claim, once.
 *
 * <p>memcached counts versions from one again when it is started again, so a lease is bound to the connection it came by.
 */
final class MetaNode extends NodeBase {
    private static final String READ = "c v t";
    private static final int PARTS_UNDER_WAY = 8;
    private static final String ANY_AGE = " R" + LONGEST_TTL_SECONDS;

    MetaNode(MemcachedNode node) {
        super(node);
    }

    @Override
    public SharedRead readOrLease(String key, Duration leaseFor, Collection<String> records) {
        return readAll(List.of(key), READ + " N" + seconds(leaseFor), records).getOrDefault(key, SharedRead.NOTHING);
    }

    @Override
    public Map<String, SharedRead> readOrLeaseAll(
            Collection<String> keys, Duration leaseFor, Collection<String> records) {
        return readAll(keys, READ + " N" + seconds(leaseFor), records);
    }

    @Override
    public Map<String, SharedRead> leaseAll(Map<String, Long> versions, Duration leaseFor) {
        long connection = node.connectionNumber();
        Map<String, SharedRead> found = new LinkedHashMap<>();
        each(versions.keySet(), READ + ANY_AGE + " N" + seconds(leaseFor), List.of(), (key, reply) -> {
            SharedRead read = read(key, reply, connection, Map.of());
            found.put(key, isAnother(read, versions.getOrDefault(key, 0L)) ? handedBack(read, reply) : read);
        });
        return found;
    }

    @Override
    public Map<String, SharedRead> readAll(Collection<String> keys) {
        Map<String, SharedRead> found = readAll(keys, READ, List.of());
        found.values().removeIf(read -> read.value() == null);
        return found;
    }

    private Map<String, SharedRead> readAll(Collection<String> keys, String flags, Collection<String> records) {
        long connection = node.connectionNumber();
        Map<String, SharedRead> found = new HashMap<>(2 * keys.size());
        Map<String, byte[]> beside = new HashMap<>();
        Map<String, byte[]> known = Collections.unmodifiableMap(beside); // filled when the last answer is there
        beside.putAll(each(keys, flags, records, (key, reply) -> found.put(key, read(key, reply, connection, known))));
        return found;
    }

    /**
     * Reads by as few operations as possible, several of them under way together; the records after the keys. Of very many keys not all are sent at once, for
     * the time of an operation begins when it is sent.
     */
    private Map<String, byte[]> each(
            Collection<String> keys, String flags, Collection<String> records, BiConsumer<String, MetaReply> answer) {
        List<MetaGet> gets = new ArrayList<>(keys.size() + records.size());
        keys.forEach(key -> gets.add(new MetaGet(key, flags)));
        records.forEach(name -> gets.add(new MetaGet(name, "v")));
        Deque<CompletionStage<List<MetaReply>>> begun = new ArrayDeque<>();
        Map<String, byte[]> beside = new HashMap<>();
        int sent = 0;
        int at = 0;
        while (at < gets.size()) {
            for (; sent < gets.size() && begun.size() < PARTS_UNDER_WAY; sent += IN_FLIGHT) {
                begun.add(node.metaGetAll(gets.subList(sent, Math.min(gets.size(), sent + IN_FLIGHT))));
            }
            for (MetaReply reply : Answers.of(begun.remove())) {
                String name = gets.get(at).key();
                byte[] value = reply.value();
                if (at++ < keys.size()) {
                    answer.accept(name, reply);
                } else if (value != null) {
                    beside.put(name, value);
                }
            }
        }
        return beside;
    }

    @Override
    public SharedRead lease(String key, long version, Duration leaseFor) {
        long connection = node.connectionNumber();
        MetaReply reply = Answers.of(node.metaGet(key, READ + ANY_AGE + " N" + seconds(leaseFor)));
        SharedRead read = read(key, reply, connection, Map.of());
        return isAnother(read, version) ? handedBack(read, reply) : read;
    }

    private static boolean isAnother(SharedRead read, long version) {
        SharedLease won = read.lease();
        return won != null && won.overValue() && won.version() != version;
    }

    /**
     * The value is not the one that was to be replaced but a newer one, which nobody needs to load again. Only a store ends a claim without making
     * the value bad, so the same is stored once more.
     */
    private SharedRead handedBack(SharedRead read, MetaReply reply) {
        SharedLease won = read.lease();
        if (won != null) {
            Answers.of(storeAgain(won.key(), reply));
        }
        return new SharedRead(read.value(), read.version(), read.age(), null, false, read.records());
    }

    private CompletionStage<MetaReply> storeAgain(String key, MetaReply reply) {
        byte[] item = reply.value();
        if (item == null) {
            return CompletableFuture.completedFuture(reply);
        }
        long left = Math.max(1, reply.number('t').orElse(1));
        return node.metaSet(key, item, "T" + left + " C" + reply.number('c').orElse(0));
    }

    private static SharedRead read(String key, MetaReply reply, long connection, Map<String, byte[]> beside) {
        if (!reply.is("VA")) {
            return SharedRead.NOTHING.with(beside);
        }
        byte[] item = reply.value() == null ? new byte[0] : reply.value();
        long version = reply.number('c').orElse(0);
        Frame frame = Frame.of(item);
        byte[] value = frame.kind() == Frame.Kind.VALUE ? frame.value() : null;
        long left = reply.number('t').orElse(-1);
        SharedRead.Age age = value == null
                ? SharedRead.Age.UNKNOWN
                : SharedRead.Age.left(Duration.ofSeconds(left - frame.staleSeconds()));
        SharedLease lease = reply.has('W') ? new SharedLease(key, version, connection, item.length > 0) : null;
        boolean leased = lease == null && (reply.has('Z') || item.length == 0);
        return new SharedRead(value, version, age, lease, leased, beside);
    }

    /**
     * Only a lease on nothing has to be prolonged. There is no way to do so under the condition of a version: whether something else had come into its place shows
     * by the version in the answer, and that gets the time back that it had. Should yet another value have come in between, it gets a time that is not its own: one
     * that is too short costs a load, and one that is too long is seen by who reads the value, for each bears how long it is fresh. All are sent at once: they are small,
     * and late ones would be too late.
     */
    @Override
    public Set<String> heartbeatAll(Collection<SharedLease> leases, Duration leaseFor) {
        List<SharedLease> mine = leases.stream().filter(this::same).toList();
        String prolong = "c t T" + seconds(leaseFor);
        List<CompletionStage<List<MetaReply>>> begun = new ArrayList<>();
        for (List<SharedLease> part : parts(mine)) {
            begun.add(node.metaGetAll(part.stream()
                    .map(lease -> new MetaGet(lease.key(), lease.overValue() ? "c" : prolong))
                    .toList()));
        }
        Set<String> held = new HashSet<>();
        int at = 0;
        for (CompletionStage<List<MetaReply>> part : begun) {
            for (MetaReply reply : Answers.of(part)) {
                SharedLease lease = mine.get(at++);
                long now = reply.number('c').orElse(0);
                if (now == lease.version()) {
                    held.add(lease.key());
                } else if (now != 0 && !lease.overValue()) {
                    long left = Math.max(0, reply.number('t').orElse(0));
                    Answers.of(node.metaGet(lease.key(), "T" + left));
                }
            }
        }
        return held;
    }

    @Override
    CompletionStage<Boolean> beginStore(SharedStore store) {
        SharedLease lease = store.lease();
        if (!same(lease)) {
            return CompletableFuture.completedFuture(false);
        }
        return set(lease.key(), store.value(), store.life(), " C" + lease.version())
                .thenApply(reply -> reply.is("HD"));
    }

    /** A value is not marked as bad by it ({@code I}): each who reads it would win it and have to hand it back, though it may be fresh. */
    @Override
    CompletionStage<?> beginRelease(SharedLease lease) {
        return lease.overValue() && same(lease)
                ? node.metaGet(lease.key(), READ).thenCompose(reply -> released(lease, reply))
                : ended(lease);
    }

    private CompletionStage<MetaReply> released(SharedLease lease, MetaReply reply) {
        // A claim that was ended meanwhile is won by this look.
        SharedLease won =
                read(lease.key(), reply, lease.incarnation(), Map.of()).lease();
        if (won != null && !won.overValue()) {
            return node.metaDelete(won.key(), "C" + won.version());
        }
        boolean claimed = won != null || reply.number('c').orElse(0) == lease.version();
        return claimed ? storeAgain(lease.key(), reply) : CompletableFuture.completedFuture(reply);
    }

    @Override
    CompletionStage<?> beginDiscard(SharedLease lease) {
        return ended(lease);
    }

    private CompletionStage<?> ended(SharedLease lease) {
        return same(lease)
                ? node.metaDelete(lease.key(), "C" + lease.version())
                : CompletableFuture.completedFuture(null);
    }

    @Override
    public boolean takeOver(String key, long version) {
        return Answers.of(node.metaDelete(key, "C" + version + " I")).is("HD");
    }

    @Override
    OptionalLong placed(String key) {
        return Answers.of(node.metaGet(key, "c N" + seconds(PLACE))).number('c');
    }

    private CompletionStage<MetaReply> set(String key, byte[] value, Lifetime life, String condition) {
        int stale = life.stale().isZero() ? 0 : seconds(life.stale());
        int fresh = Math.min(seconds(life.fresh()), LONGEST_TTL_SECONDS);
        int kept = Math.min(stale, LONGEST_TTL_SECONDS - fresh);
        return node.metaSet(key, Frame.value(value, kept), "T" + (fresh + kept) + condition);
    }

    @Override
    public void invalidate(String key) {
        Answers.of(node.metaDelete(key, ""));
    }
}
