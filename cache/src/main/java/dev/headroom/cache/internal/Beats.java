package dev.headroom.cache.internal;

import dev.headroom.cache.spi.SharedLease;
import dev.headroom.cache.spi.SharedTierException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Signs of life for all leases that this JVM holds at one node, given together, so that thousands of them take a few round trips. */
final class Beats {
    private static final Logger LOG = LoggerFactory.getLogger(Beats.class);
    private static final int TOGETHER = 5000;
    private static final byte[] SIGN = {'1'};

    private final Home home;
    private final Set<Lead> leads = ConcurrentHashMap.newKeySet();

    Beats(Home home) {
        this.home = home;
    }

    void add(Lead lead) {
        leads.add(lead);
    }

    void remove(Lead lead) {
        leads.remove(lead);
    }

    /** Called by one thread at a time. */
    void beat() {
        List<Lead> all = new ArrayList<>(leads);
        for (int from = 0; from < all.size(); from += TOGETHER) {
            beat(all.subList(from, Math.min(all.size(), from + TOGETHER)));
        }
    }

    private void beat(Collection<Lead> some) {
        List<Lead> living = some.stream().filter(Lead::beginBeat).toList();
        try {
            Map<String, byte[]> signs = new HashMap<>();
            List<SharedLease> leases = living.stream().map(Lead::lease).toList();
            Set<String> held = leases.isEmpty() ? Set.of() : home.call(node -> node.heartbeatAll(leases, Homes.LEASE));
            for (Lead lead : living) {
                if (!held.contains(lead.lease().key())) {
                    leads.remove(lead); // it is somebody else's by now, or nobody's
                } else if (lead.lease().overValue()) {
                    signs.put(lead.sign(), SIGN);
                }
            }
            if (!signs.isEmpty()) {
                home.run(node -> node.write(signs, Homes.LEASE));
            }
        } catch (SharedTierException unreachable) {
            LOG.debug("cache: shared tier: {}", unreachable.getMessage());
        } finally {
            living.forEach(Lead::endBeat);
        }
    }
}
