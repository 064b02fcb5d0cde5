package dev.headroom.cache.internal;

import dev.headroom.cache.spi.SharedLease;
import dev.headroom.cache.spi.SharedStore;
import dev.headroom.cache.spi.SharedStores;
import dev.headroom.cache.spi.SharedTierException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Loads under several leases that end together: each node hears of them in a few round trips, and what is wrong with one value concerns its key alone. */
final class Leads {
    private static final Logger LOG = LoggerFactory.getLogger(Leads.class);

    private static final int TOGETHER = 400;

    private Leads() {}

    /** Stores what was loaded; what is to be held of it. Who waits for what can't be shared is let go. */
    static Map<Object, Loaded> stored(SharedLoads loads, Map<Object, Lead> leads, Map<Object, Loaded> loaded) {
        Map<Object, Loaded> result = new HashMap<>(loaded);
        byHome(leads).forEach((home, some) -> parts(some).forEach(part -> new End(loads, home).store(part, result)));
        return result;
    }

    /** The loads failed: what is served in their place. The other leases are given up. */
    static Map<Object, Loaded> covered(SharedLoads loads, Map<Object, Lead> leads) {
        Map<Object, Loaded> covered = new HashMap<>();
        byHome(leads).forEach((home, some) -> new End(loads, home).cover(some, covered));
        return covered;
    }

    /** There will be no values. */
    static void giveUp(SharedLoads loads, Map<Object, Lead> leads) {
        Map<Object, Lead> open = new LinkedHashMap<>(leads);
        open.values().removeIf(Lead::isEnded);
        open.values().forEach(Lead::end);
        byHome(open).forEach((home, some) -> new End(loads, home).release(some.values()));
    }

    /** Signs of life end before a value is stored: those of a part at a time, for very many values take longer than a lease lasts. */
    private static List<Map<Object, Lead>> parts(Map<Object, Lead> leads) {
        List<Map<Object, Lead>> parts = new ArrayList<>();
        leads.forEach((key, lead) -> {
            if (parts.isEmpty() || parts.get(parts.size() - 1).size() == TOGETHER) {
                parts.add(new LinkedHashMap<>());
            }
            parts.get(parts.size() - 1).put(key, lead);
        });
        return parts;
    }

    private static Map<Home, Map<Object, Lead>> byHome(Map<Object, Lead> leads) {
        Map<Home, Map<Object, Lead>> byHome = new LinkedHashMap<>();
        leads.forEach((key, lead) ->
                byHome.computeIfAbsent(lead.home, home -> new LinkedHashMap<>()).put(key, lead));
        return byHome;
    }

    /** At one node. */
    private record End(SharedLoads loads, Home home) {
        void store(Map<Object, Lead> leads, Map<Object, Loaded> result) {
            Map<Object, SharedStore> stores = new LinkedHashMap<>();
            List<Lead> released = new ArrayList<>();
            List<Lead> unshared = new ArrayList<>();
            try {
                Set<Object> good = good(leads, result);
                leads.forEach((key, lead) -> {
                    SharedStore store = lead.prepared(Objects.requireNonNull(result.get(key)));
                    if (store == null) {
                        (lead.overtaken() ? released : unshared).add(lead);
                    } else if (good.contains(key)) {
                        stores.put(key, store);
                    } else {
                        released.add(lead);
                        result.computeIfPresent(key, (k, each) -> lead.outcome(each, false));
                    }
                });
                SharedStores done = stores.isEmpty()
                        ? new SharedStores(Set.of(), Map.of())
                        : home.call(node -> node.storeAllIf(stores.values()));
                stores.forEach((key, store) -> {
                    Lead lead = Objects.requireNonNull(leads.get(key));
                    SharedTierException failed = done.failed().get(store.lease().key());
                    boolean stored = done.stored().contains(store.lease().key());
                    result.computeIfPresent(
                            key,
                            (k, each) ->
                                    failed == null ? lead.outcome(each, stored) : lead.failedToStore(each, failed));
                    if (failed != null && failed.reason() != SharedTierException.Reason.NO_ANSWER) {
                        unshared.add(lead);
                    }
                });
            } catch (SharedTierException failed) {
                leads.forEach((key, lead) -> {
                    lead.end();
                    if (!released.contains(lead) && !unshared.contains(lead)) {
                        result.computeIfPresent(key, (k, each) -> lead.failedToStore(each, failed));
                        if (failed.reason() != SharedTierException.Reason.NO_ANSWER) {
                            unshared.add(lead);
                        }
                    }
                });
            }
            release(released);
            letOthersGo(unshared);
        }

        /** The keys whose values no drop has made bad; all their tags have counts. While that is seen to, signs of life are still given. */
        private Set<Object> good(Map<Object, Lead> leads, Map<Object, Loaded> result) {
            Map<Long, Map<Object, Set<String>>> byStamp = new LinkedHashMap<>();
            leads.forEach((key, lead) -> byStamp.computeIfAbsent(lead.stamp(), stamp -> new LinkedHashMap<>())
                    .put(key, Objects.requireNonNull(result.get(key)).tags()));
            Set<Object> good = new HashSet<>();
            byStamp.forEach((stamp, tagged) -> {
                Set<String> all = new LinkedHashSet<>();
                tagged.values().forEach(all::addAll);
                if (isGood(stamp, all)) {
                    good.addAll(tagged.keySet());
                } else {
                    Map<Set<String>, Boolean> known = new HashMap<>();
                    tagged.forEach((key, tags) -> {
                        if (known.computeIfAbsent(tags, each -> isGood(stamp, each))) {
                            good.add(key);
                        }
                    });
                }
            });
            return good;
        }

        private boolean isGood(long stamp, Set<String> tags) {
            return home.call(node -> loads.side.stamps.ensure(node, tags, stamp));
        }

        void cover(Map<Object, Lead> leads, Map<Object, Loaded> covered) {
            List<Lead> failed = new ArrayList<>();
            List<Lead> released = new ArrayList<>();
            leads.forEach((key, lead) -> {
                Loaded there = lead.covered();
                if (there == null) {
                    released.add(lead);
                } else {
                    covered.put(key, there);
                    failed.add(lead);
                }
            });
            quietly(() -> write(failed, Lead::failure, loads.options.retryAfterError()));
            home.releases.add(leases(failed), loads.options.retryAfterError());
            release(released);
        }

        void release(Collection<Lead> leads) {
            if (!leads.isEmpty()) {
                quietly(() -> home.run(node -> node.releaseAll(leases(leads))));
            }
        }

        /** Whoever waits for these leases loads for itself; what was stored before is outdated. */
        private void letOthersGo(Collection<Lead> leads) {
            if (!leads.isEmpty()) {
                quietly(() -> {
                    write(leads, Lead::unshared, Homes.LEASE);
                    home.run(node -> node.discardAll(leases(leads)));
                });
            }
        }

        private void write(Collection<Lead> leads, Function<Lead, Map.Entry<String, byte[]>> record, Duration kept) {
            Map<String, byte[]> records = new HashMap<>();
            leads.forEach(lead -> {
                Map.Entry<String, byte[]> each = record.apply(lead);
                records.put(each.getKey(), each.getValue());
            });
            if (!records.isEmpty()) {
                home.run(node -> node.write(records, kept));
            }
        }

        private static List<SharedLease> leases(Collection<Lead> leads) {
            return leads.stream().map(Lead::lease).toList();
        }

        private void quietly(Runnable work) {
            try {
                work.run();
            } catch (SharedTierException unreachable) {
                LOG.debug("cache {}: leases end by themselves: {}", loads.side.name(), unreachable.getMessage());
            }
        }
    }
}
