package dev.headroom.cache.memcached;

import dev.headroom.cache.spi.SharedLease;
import dev.headroom.cache.spi.SharedRead;
import dev.headroom.cache.spi.SharedStore;
import dev.headroom.memcached.CasOutcome;
import dev.headroom.memcached.Item;
import dev.headroom.memcached.MemcachedNode;
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
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Leases by an item with a nonce in the key's own place, so that lease and value live and die together. Who wins must replace its own item:
 * {@code cas} on the version that {@code gets} showed with its nonce. Nobody ever stores a value by {@code add}, so a deletion is enough to end a lease.
 *
 * <p>memcached counts versions from one again when it is started again, so a lease is bound to the connection it came by.
 */
final class ClassicNode extends NodeBase {
    private static final Duration AT_ONCE = Duration.ofSeconds(1);

    ClassicNode(MemcachedNode node) {
        super(node);
    }

    @Override
    public SharedRead readOrLease(String key, Duration leaseFor, Collection<String> records) {
        long connection = node.connectionNumber();
        CompletionStage<Optional<Item>> item = node.gets(key);
        Map<String, CompletionStage<Optional<byte[]>>> beside = begin(records, node::get);
        Item found = Answers.of(item).orElse(null);
        Map<String, byte[]> read = gathered(beside);
        SharedRead seen = found == null ? SharedRead.NOTHING : seen(found);
        if (seen.value() != null || seen.leased()) {
            return seen.with(read);
        }
        return contend(key, found, leaseFor, connection).with(records.isEmpty() ? read : records(records));
    }

    @Override
    public Map<String, SharedRead> readOrLeaseAll(
            Collection<String> keys, Duration leaseFor, Collection<String> records) {
        long connection = node.connectionNumber();
        Map<String, SharedRead> found = new LinkedHashMap<>();
        for (List<String> part : parts(keys)) {
            Map<String, @Nullable Item> open = new LinkedHashMap<>();
            items(part).forEach((key, item) -> {
                SharedRead seen = item == null ? SharedRead.NOTHING : seen(item);
                found.put(key, seen);
                if (seen.value() == null && !seen.leased()) {
                    open.put(key, item);
                }
            });
            found.putAll(contend(open, leaseFor, connection));
        }
        Map<String, byte[]> read = records(records);
        found.replaceAll((key, each) -> each.with(read));
        return found;
    }

    @Override
    public Map<String, SharedRead> readAll(Collection<String> keys) {
        Map<String, SharedRead> found = new HashMap<>();
        for (List<String> part : parts(keys)) {
            items(part).forEach((key, item) -> {
                SharedRead read = item == null ? SharedRead.NOTHING : seen(item);
                if (read.value() != null) {
                    found.put(key, read);
                }
            });
        }
        return found;
    }

    @Override
    public SharedRead lease(String key, long version, Duration leaseFor) {
        long connection = node.connectionNumber();
        Item found = Answers.of(node.gets(key)).orElse(null);
        SharedRead seen = found == null ? SharedRead.NOTHING : seen(found);
        boolean other = seen.value() != null && seen.version() != version;
        return seen.leased() || other ? seen : contend(key, found, leaseFor, connection);
    }

    @Override
    public Map<String, SharedRead> leaseAll(Map<String, Long> versions, Duration leaseFor) {
        long connection = node.connectionNumber();
        Map<String, SharedRead> read = new LinkedHashMap<>();
        for (List<String> part : parts(versions.keySet())) {
            Map<String, @Nullable Item> open = new LinkedHashMap<>();
            items(part).forEach((key, item) -> {
                SharedRead seen = item == null ? SharedRead.NOTHING : seen(item);
                read.put(key, seen);
                Long version = versions.get(key);
                if (!seen.leased() && (seen.value() == null || (version != null && version == seen.version()))) {
                    open.put(key, item);
                }
            });
            read.putAll(contend(open, leaseFor, connection));
        }
        return read;
    }

    private static SharedRead seen(Item item) {
        Frame frame = Frame.of(item.value());
        boolean leased = frame.kind() == Frame.Kind.LEASE;
        return new SharedRead(frame.value(), item.cas(), SharedRead.Age.UNKNOWN, null, leased, Map.of());
    }

    private SharedRead contend(String key, @Nullable Item found, Duration leaseFor, long connection) {
        UUID nonce = UUID.randomUUID();
        boolean won = Answers.of(claim(key, found, nonce, leaseFor));
        return outcome(key, won, nonce, Answers.of(node.gets(key)).orElse(null), connection);
    }

    /** For several keys, what is under them, in two rounds. */
    private Map<String, SharedRead> contend(Map<String, @Nullable Item> found, Duration leaseFor, long connection) {
        Map<String, UUID> nonces = new LinkedHashMap<>();
        found.keySet().forEach(key -> nonces.put(key, UUID.randomUUID()));
        Map<String, CompletionStage<Boolean>> claims = new LinkedHashMap<>();
        nonces.forEach((key, nonce) -> claims.put(key, claim(key, found.get(key), nonce, leaseFor)));
        Map<String, Boolean> won = new LinkedHashMap<>();
        claims.forEach((key, claim) -> won.put(key, Answers.of(claim)));
        Map<String, SharedRead> read = new LinkedHashMap<>();
        items(List.copyOf(found.keySet()))
                .forEach((key, now) -> read.put(
                        key,
                        outcome(
                                key,
                                won.getOrDefault(key, false),
                                Objects.requireNonNull(nonces.get(key)),
                                now,
                                connection)));
        return read;
    }

    /** What is under each of the keys, of which there are not too many for one operation. */
    private Map<String, @Nullable Item> items(List<String> keys) {
        List<Optional<Item>> found = Answers.of(node.getsAll(keys));
        Map<String, @Nullable Item> items = new LinkedHashMap<>();
        for (int i = 0; i < keys.size(); i++) {
            items.put(keys.get(i), found.get(i).orElse(null));
        }
        return items;
    }

    private CompletionStage<Boolean> claim(String key, @Nullable Item found, UUID nonce, Duration leaseFor) {
        boolean value = found != null && Frame.of(found.value()).kind() == Frame.Kind.VALUE;
        byte[] mine = Frame.lease(nonce, value && found != null ? found.value() : new byte[0]);
        return found == null
                ? node.add(key, mine, leaseFor)
                : node.cas(key, found.cas(), mine, leaseFor).thenApply(CasOutcome.STORED::equals);
    }

    private static SharedRead outcome(String key, boolean won, UUID nonce, @Nullable Item now, long connection) {
        if (now == null) {
            return new SharedRead(null, 0, SharedRead.Age.UNKNOWN, null, true, Map.of());
        }
        if (!won || !nonce.equals(Frame.of(now.value()).nonce())) {
            return seen(now);
        }
        SharedLease lease = new SharedLease(key, now.cas(), connection, false);
        return new SharedRead(Frame.of(now.value()).value(), now.cas(), SharedRead.Age.UNKNOWN, lease, false, Map.of());
    }

    /** What takes the lease's place between looking and touching lives no longer than a lease: that costs a load and no more. */
    @Override
    public Set<String> heartbeatAll(Collection<SharedLease> leases, Duration leaseFor) {
        List<SharedLease> held = new ArrayList<>();
        List<SharedLease> mine = leases.stream().filter(this::same).toList();
        each(mine, node::getsAll, (lease, item) -> {
            if (item.map(Item::cas).orElse(0L) == lease.version()) {
                held.add(lease);
            }
        });
        Set<String> prolonged = new HashSet<>();
        each(held, keys -> node.touchAll(keys, leaseFor), (lease, done) -> {
            if (done) {
                prolonged.add(lease.key());
            }
        });
        return prolonged;
    }

    /** A part of them in one operation, all parts at once: they are small, and late ones would be too late. */
    private static <T> void each(
            List<SharedLease> leases,
            Function<List<String>, CompletionStage<List<T>>> send,
            BiConsumer<SharedLease, T> answered) {
        List<CompletionStage<List<T>>> begun = new ArrayList<>();
        for (List<SharedLease> part : parts(leases)) {
            begun.add(send.apply(part.stream().map(SharedLease::key).toList()));
        }
        int at = 0;
        for (CompletionStage<List<T>> part : begun) {
            for (T answer : Answers.of(part)) {
                answered.accept(leases.get(at++), answer);
            }
        }
    }

    @Override
    CompletionStage<Boolean> beginStore(SharedStore store) {
        SharedLease lease = store.lease();
        if (!same(lease)) {
            return CompletableFuture.completedFuture(false);
        }
        byte[] framed = Frame.value(store.value(), 0);
        return node.cas(lease.key(), lease.version(), framed, store.life().fresh())
                .thenApply(CasOutcome.STORED::equals);
    }

    /** Leaves a tombstone: a lease on nothing, which the next may replace at once. */
    @Override
    CompletionStage<?> beginRelease(SharedLease lease) {
        return same(lease)
                ? node.cas(lease.key(), lease.version(), Frame.tombstone(), AT_ONCE)
                : CompletableFuture.completedFuture(null);
    }

    /** The lease took the value's place already. */
    @Override
    CompletionStage<?> beginDiscard(SharedLease lease) {
        return beginRelease(lease);
    }

    /** A dead holder's lease expires. */
    @Override
    public boolean takeOver(String key, long version) {
        return false;
    }

    /** Both are sent together: one round trip. */
    @Override
    OptionalLong placed(String key) {
        CompletionStage<Boolean> lease = node.add(key, Frame.lease(UUID.randomUUID(), new byte[0]), PLACE);
        CompletionStage<Optional<Item>> there = node.gets(key);
        Answers.of(lease);
        Item item = Answers.of(there).orElse(null);
        return item == null ? OptionalLong.empty() : OptionalLong.of(item.cas());
    }

    @Override
    public void invalidate(String key) {
        Answers.of(node.delete(key));
    }
}
