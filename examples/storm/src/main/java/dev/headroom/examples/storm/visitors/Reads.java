package dev.headroom.examples.storm.visitors;

import dev.headroom.examples.storm.site.Http;
import dev.headroom.examples.storm.site.Scrape;
import dev.headroom.examples.storm.site.Site;
import java.io.IOException;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many reads each node of the databases has answered, by the site's own count.
 *
 * @param byNode units of work that only read, of each node
 * @param diverted those that the primary answered for want of a standby
 * @param stale those that a standby answered though it was staler than usually allowed
 */
public record Reads(Map<String, Long> byNode, long diverted, long stale) {
    private static final String UNITS = "headroom_router_units_total";
    private static final String DIVERTED = "headroom_router_diverted_total";
    private static final String STALE = "headroom_router_stale_total";
    private static final String PRIMARY = "primary";

    public Reads {
        byNode = Map.copyOf(byNode);
    }

    /** Asks all instances. */
    public static Reads of(Site site, int standbys, Http http) throws IOException, InterruptedException {
        Map<String, Long> byNode = new HashMap<>();
        long diverted = 0;
        long stale = 0;
        for (URI instance : site.instances()) {
            Scrape scrape = new Scrape(http.text(Site.at(instance, "/metrics")));
            add(byNode, PRIMARY, scrape);
            for (int number = 1; number <= standbys; number++) {
                add(byNode, "standby" + number, scrape);
            }
            diverted += Math.round(scrape.sum(DIVERTED, Map.of()));
            stale += Math.round(scrape.sum(STALE, Map.of()));
        }
        return new Reads(byNode, diverted, stale);
    }

    private static void add(Map<String, Long> byNode, String node, Scrape scrape) {
        long reads = Math.round(scrape.sum(UNITS, Map.of("node", node, "kind", "read")));
        byNode.merge(node, reads, Long::sum);
    }

    /** What has come since. */
    public Reads since(Reads before) {
        Map<String, Long> more = new HashMap<>();
        byNode.forEach((node, reads) -> more.put(node, reads - before.of(node)));
        return new Reads(more, diverted - before.diverted, stale - before.stale);
    }

    /** Of one node. */
    public long of(String node) {
        return byNode.getOrDefault(node, 0L);
    }

    /** Of all nodes but the configured primary. */
    public long onStandbys() {
        return all() - of(PRIMARY);
    }

    /** Of all nodes. */
    public long all() {
        return byNode.values().stream().mapToLong(Long::longValue).sum();
    }

    @Override
    public String toString() {
        return new TreeMap<>(byNode) + ", " + diverted + " diverted, " + stale + " stale";
    }
}
