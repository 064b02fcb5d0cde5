package dev.headroom.cache.internal;

import dev.headroom.cache.spi.SharedNode;
import dev.headroom.cache.spi.SharedTierException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of one cache's values where the tier had other nodes before. What is dropped goes to the node that a key belongs to, so that a value is good only as
 * long as its key belongs to the node where it lies. Each node bears the list for which it was last used. A value from before a change is bad if its key was another
 * node's by a former list; where nodes only came that is true of none that is read, for rendezvous hashing moves keys to them and no others. A node that was
 * not on a former list has nothing that is good. Of lists that followed one another and had no node in common nobody can know.
 */
final class FormerNodes {
    private static final Logger LOG = LoggerFactory.getLogger(FormerNodes.class);

    private final String cache;
    private final String prefix;
    private final Homes homes;
    private final Stamps stamps;
    private final Supplier<Home.Drop> all;
    /** As each node's record was last read. */
    private final Map<Home, Moves> moves = new ConcurrentHashMap<>();

    /**
     * Of the cache of this name.
     *
     * @param all what drops everything
     */
    FormerNodes(String cache, String prefix, Homes homes, Stamps stamps, Supplier<Home.Drop> all) {
        this.cache = cache;
        this.prefix = prefix;
        this.homes = homes;
        this.stamps = stamps;
        this.all = all;
    }

    /** Before anything is read, put or dropped: who doesn't answer is asked before anything is read there. Afterwards each node that does bears the list. */
    void compare() {
        Map<Home, String> found = new ConcurrentHashMap<>();
        homes.atOnce(home -> {
            try {
                found.put(home, home.call(stamps::nodesFor));
            } catch (SharedTierException unreachable) {
                // Its list is missing.
            }
        });
        Set<String> known = new HashSet<>(found.values());
        boolean used = known.remove(homes.nodes);
        known.remove("");
        if (!known.isEmpty()) {
            LOG.info("cache {}: the shared tier had other nodes before: {}, now {}", cache, known, homes.nodes);
        }
        homes.atOnce(home -> {
            String here = found.get(home);
            if (here == null) {
                home.remember(new MovedDrop(known));
            } else if (!known.isEmpty()) {
                home.drop(new MovedDrop(known));
            } else if (here.isEmpty()) {
                begin(home, used);
            }
        });
    }

    /** A node that is used for the first time, or has lost its list, and with that what its values were worth. */
    private void begin(Home home, boolean othersAreUsed) {
        try {
            home.run(node -> {
                if (othersAreUsed) {
                    stamps.beginAnew(node);
                } else {
                    stamps.begin(node);
                }
            });
        } catch (SharedTierException unreachable) {
            home.remember(new MovedDrop(Set.of()));
        }
    }

    /**
     * Whether a value is where its key has been since it was stored.
     *
     * @param dropOfAll the record of {@link Stamps#all}
     */
    boolean isPlaced(Home home, String key, long stamp, byte @Nullable [] dropOfAll) {
        if (dropOfAll == null || !Moves.any(dropOfAll)) {
            return true;
        }
        Moves known = moves.get(home);
        if (known == null || !known.areOf(dropOfAll)) {
            known = Moves.of(dropOfAll, homes::placement);
            moves.put(home, known);
        }
        return known.good(key, home.node.id(), stamp);
    }

    /** Of what a node has whose key lay elsewhere while the tier had other nodes. What JVMs with these nodes hold is good: they have asked before they read. */
    private final class MovedDrop implements Home.Drop {
        private final Set<String> lists;

        /** Of these lists of nodes, which others were found to have been written to with. */
        MovedDrop(Set<String> lists) {
            this.lists = Set.copyOf(lists);
        }

        @Override
        public String name() {
            return prefix + "m";
        }

        @Override
        public void run(SharedNode node) {
            String here = stamps.nodesFor(node);
            Set<String> before = new TreeSet<>(lists);
            if (!here.isEmpty() && !here.equals(homes.nodes) && before.add(here)) {
                tellOthers(node, here);
            }
            if (before.isEmpty()) {
                if (here.isEmpty()) {
                    stamps.begin(node);
                }
                return;
            }
            String name = Homes.name(node);
            boolean had = before.stream().allMatch(each -> Stamps.has(each, name));
            boolean onlyCame = before.size() == 1 && before.stream().allMatch(stamps::areAmongOurs);
            if (had && onlyCame && !here.isEmpty()) {
                stamps.nodesHaveCome(node);
            } else if (had
                    && before.stream().allMatch(each -> homes.placement(each).isPresent())) {
                stamps.moved(node, before);
            } else {
                stamps.drop(node, stamps.all);
            }
        }

        /** It did not answer when they were asked. */
        private void tellOthers(SharedNode node, String list) {
            for (Home home : homes.all()) {
                if (home.node != node) {
                    home.remember(new MovedDrop(Set.of(list)));
                }
            }
        }

        @Override
        public Home.Drop after(Home.Drop earlier) {
            Set<String> both = new HashSet<>(lists);
            if (earlier instanceof MovedDrop moved) {
                both.addAll(moved.lists);
            }
            return new MovedDrop(both);
        }

        @Override
        public Home.Drop whole() {
            return all.get();
        }
    }
}
