package dev.headroom.cache.internal;

import dev.headroom.cache.internal.CacheCounts.Shared;
import dev.headroom.cache.spi.SharedLease;
import dev.headroom.cache.spi.SharedRead;
import dev.headroom.cache.spi.SharedTierException;
import dev.headroom.consistency.ConsistencyToken;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Several keys of one cache in the shared tier: each look takes one round for each node, and so does storing. */
final class SharedBatch {
    private static final int TOGETHER = 1000;

    private final SharedLoads loads;
    private long end;
    private final Map<Object, Attempt> open = new LinkedHashMap<>();

    /**
     * What a look came to: values, and keys that this caller is to load, under a lease or without one. The others go on being looked for.
     *
     * @param position where to load
     */
    record Look(Map<Object, Loaded> found, Map<Object, @Nullable Lead> toLoad, ConsistencyToken position) {}

    /** For one caller, who waits for others so long, in nanoseconds. */
    SharedBatch(SharedLoads loads, long wait) {
        this.loads = loads;
        this.end = System.nanoTime() + wait;
    }

    void add(Object key, Wanted wanted) {
        open.put(key, new Attempt(loads, wanted, end));
    }

    boolean isDone() {
        return open.isEmpty();
    }

    /** Those that are still looked for. */
    List<Object> keys() {
        return List.copyOf(open.keySet());
    }

    /** Those that are still looked for are waited for so long, from now on: their caller has done something else. */
    void waitFor(long nanos) {
        end = System.nanoTime() + nanos;
        open.values().forEach(attempt -> attempt.waitUntil(end));
    }

    /** Looks once. What fails for another reason than that a node can't be reached, such as a codec, leaves no lease behind. */
    Look look() {
        Map<Home, Map<Object, Attempt>> byHome = byHome();
        Look look = new Look(new LinkedHashMap<>(2 * open.size()), new LinkedHashMap<>(), ConsistencyToken.NONE);
        try {
            for (Map.Entry<Home, Map<Object, Attempt>> each : byHome.entrySet()) {
                look = lookAt(each.getKey(), each.getValue(), look);
            }
        } catch (Throwable failure) {
            giveUp(look.toLoad);
            throw failure;
        }
        if (look.found.size() == open.size()) {
            open.clear();
        } else {
            look.found.keySet().forEach(open::remove);
            look.toLoad.keySet().forEach(open::remove);
        }
        return look;
    }

    private Map<Home, Map<Object, Attempt>> byHome() {
        Collection<Home> homes = loads.side.homes.all();
        if (homes.size() == 1) {
            return Map.of(homes.iterator().next(), open);
        }
        Map<Home, Map<Object, Attempt>> byHome = new LinkedHashMap<>();
        open.forEach((key, attempt) -> byHome.computeIfAbsent(attempt.home, home -> new LinkedHashMap<>())
                .put(key, attempt));
        return byHome;
    }

    /** Waits for those who load what is still open. */
    void await(long pause) throws InterruptedException {
        long left = pause;
        for (Attempt attempt : open.values()) {
            try {
                attempt.await(left);
            } catch (SharedTierException unreachable) {
                // The next look finds out.
            }
            left = 0;
        }
    }

    private Look lookAt(Home home, Map<Object, Attempt> attempts, Look before) {
        long distrusted = loads.side.distrusted();
        Map<Object, Lead> leads = new LinkedHashMap<>();
        List<Object> alone = new ArrayList<>();
        try {
            for (Map<Object, Attempt> part : parts(attempts)) {
                read(home, part.values());
                take(home, part, before.found, leads, alone);
            }
            ConsistencyToken position = begin(home, attempts, leads, alone, before.position);
            before.toLoad.putAll(leads);
            alone.forEach(key -> before.toLoad.put(key, null));
            return new Look(before.found, before.toLoad, position);
        } catch (SharedTierException unreachable) {
            Leads.giveUp(loads, leads);
            return without(attempts, before, distrusted);
        } catch (Throwable failure) {
            Leads.giveUp(loads, leads);
            throw failure;
        }
    }

    private void giveUp(Map<Object, @Nullable Lead> toLoad) {
        Map<Object, Lead> leads = new LinkedHashMap<>();
        toLoad.forEach((key, lead) -> {
            if (lead != null) {
                leads.put(key, lead);
            }
        });
        Leads.giveUp(loads, leads);
    }

    /** Of very many keys the first leases would end before the last is given, so that each part is held at once. */
    private static List<Map<Object, Attempt>> parts(Map<Object, Attempt> attempts) {
        if (attempts.size() <= TOGETHER) {
            return List.of(attempts);
        }
        List<Map<Object, Attempt>> parts = new ArrayList<>();
        attempts.forEach((key, attempt) -> {
            if (parts.isEmpty() || parts.get(parts.size() - 1).size() == TOGETHER) {
                parts.add(new LinkedHashMap<>());
            }
            parts.get(parts.size() - 1).put(key, attempt);
        });
        return parts;
    }

    private static void take(
            Home home,
            Map<Object, Attempt> attempts,
            Map<Object, Loaded> found,
            Map<Object, Lead> leads,
            Collection<Object> alone) {
        Map<Object, SharedLease> leases = new LinkedHashMap<>();
        if (sort(home, attempts, found, leases)) {
            return;
        }
        leases.forEach((key, lease) -> {
            Lead lead = Objects.requireNonNull(attempts.get(key)).lead(lease);
            leads.put(key, lead);
            lead.hold();
        });
        Map<Object, Attempt> others = new LinkedHashMap<>();
        attempts.forEach((key, attempt) -> {
            if (!leases.containsKey(key) && !found.containsKey(key)) {
                others.put(key, attempt);
            }
        });
        hear(home, others.values());
        others.forEach((key, attempt) -> {
            if (!attempt.tookOver()) {
                Loaded meanwhile = attempt.meanwhile();
                if (meanwhile != null) {
                    found.put(key, meanwhile);
                } else if (attempt.letGo()) {
                    alone.add(key);
                }
            }
        });
    }

    /** What became of those who load these. */
    private static void hear(Home home, Collection<Attempt> attempts) {
        Set<String> names = new LinkedHashSet<>();
        attempts.forEach(attempt -> names.addAll(attempt.signs()));
        Map<String, byte[]> records = names.isEmpty() ? Map.of() : home.call(node -> node.records(names));
        attempts.forEach(attempt -> attempt.told(records));
    }

    private void read(Home home, Collection<Attempt> attempts) {
        Set<String> names = new LinkedHashSet<>();
        attempts.forEach(attempt -> names.addAll(attempt.records()));
        List<String> keys = new ArrayList<>(attempts.size());
        attempts.forEach(attempt -> keys.add(attempt.key));
        long now = loads.around.now();
        Map<String, SharedRead> read = home.call(node -> node.readOrLeaseAll(keys, Homes.LEASE, names));
        Set<String> tags = new LinkedHashSet<>();
        for (Attempt attempt : attempts) {
            attempt.looked(read.getOrDefault(attempt.key, SharedRead.NOTHING), now);
            tags.addAll(attempt.tags());
        }
        Map<String, byte[]> records = tags.isEmpty() ? Map.of() : home.call(node -> node.records(tags));
        attempts.forEach(attempt -> attempt.checked(records));
    }

    /** Says whether all of them may be served. */
    private static boolean sort(
            Home home, Map<Object, Attempt> attempts, Map<Object, Loaded> found, Map<Object, SharedLease> leases) {
        Map<String, Long> versions = new LinkedHashMap<>();
        boolean all = true;
        for (Map.Entry<Object, Attempt> each : attempts.entrySet()) {
            Attempt attempt = each.getValue();
            Loaded served = attempt.served();
            if (served != null) {
                found.put(each.getKey(), served);
            } else {
                all = false;
                if (attempt.mayLease()) {
                    versions.put(attempt.key, attempt.version());
                }
            }
        }
        if (all) {
            return true;
        }
        Map<String, SharedRead> asked =
                versions.isEmpty() ? Map.of() : home.call(node -> node.leaseAll(versions, Homes.LEASE));
        attempts.forEach((key, attempt) -> {
            SharedLease lease = found.containsKey(key) ? null : attempt.lease(asked.get(attempt.key));
            if (lease != null) {
                leases.put(key, lease);
            }
        });
        return false;
    }

    /** Reads what the loads must know, after their leases were given. */
    private ConsistencyToken begin(
            Home home,
            Map<Object, Attempt> attempts,
            Map<Object, Lead> leads,
            Collection<Object> alone,
            ConsistencyToken before) {
        Set<Object> keys = new LinkedHashSet<>(leads.keySet());
        keys.addAll(alone);
        Set<String> names = new LinkedHashSet<>();
        keys.forEach(key -> names.addAll(loads.side.beforeLoad(text(attempts, key))));
        Map<String, byte[]> records = keys.isEmpty() ? Map.of() : home.call(node -> node.records(names));
        long count = leads.isEmpty() ? 0 : home.call(node -> loads.side.stamps.now(node, records));
        ConsistencyToken position = before;
        for (Object key : keys) {
            Lead lead = leads.get(key);
            if (lead != null) {
                lead.begin(records, count);
            }
            position = loads.side.token(records, text(attempts, key), position);
        }
        return position;
    }

    private static String text(Map<Object, Attempt> attempts, Object key) {
        return Objects.requireNonNull(attempts.get(key)).wanted.text();
    }

    private Look without(Map<Object, Attempt> attempts, Look before, long distrusted) {
        ConsistencyToken position = before.position;
        for (Map.Entry<Object, Attempt> each : attempts.entrySet()) {
            Entry held = each.getValue().wanted.held();
            if (before.found.containsKey(each.getKey())) {
                continue;
            }
            loads.counts.shared(Shared.DOWN);
            if (held != null && held.fresh(loads.around.now())) {
                before.found.put(each.getKey(), loads.postponed(held, distrusted));
            } else {
                before.toLoad.put(each.getKey(), null);
                position = loads.side.newest(position);
            }
        }
        return new Look(before.found, before.toLoad, position);
    }
}
