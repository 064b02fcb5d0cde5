package dev.headroom.benchmarks.router;

import dev.headroom.RequestContext;
import java.util.List;

/** Prints how many round trips on the wire transactions take, by each peer, with the pools warm. Not timed, so it is no benchmark of JMH's. */
public final class RoundTripsOfTransactions {
    private static final int TIMES = 1_000;
    private static final String INSERT = "insert into note (text) values ('x')";
    private static final String SELECT = "select count(*) > 0 from note";

    private RoundTripsOfTransactions() {}

    private interface Body {
        void run() throws Exception;
    }

    /** Runs all peers, or those that are named. */
    public static void main(String[] peers) throws Exception {
        List<String> names = peers.length > 0
                ? List.of(peers)
                : List.of("hikari-primary", "hikari", "headroom", "spring-lazy", "aws", "shardingsphere");
        System.out.println("peer | read | write | write, then read with its position | connections opened meanwhile");
        for (String name : names) {
            try (PostgresPeer peer = PostgresPeer.counted(name)) {
                boolean writes = !name.equals("hikari");
                Body read = () -> Transactions.read(peer.dataSource(), SELECT);
                Body write = () -> Transactions.write(peer.dataSource(), INSERT);
                Body both = () -> RequestContext.builder().build().call(() -> {
                    write.run();
                    read.run();
                    return null;
                });
                String reads = perRun(peer, read);
                long connections = peer.connections();
                String line = name + " | " + reads + " | " + (writes ? perRun(peer, write) : "-") + " | "
                        + (writes ? perRun(peer, both) : "-");
                System.out.println(line + " | " + (peer.connections() - connections));
            }
        }
    }

    private static String perRun(PostgresPeer peer, Body body) throws Exception {
        for (int i = 0; i < TIMES / 10; i++) {
            body.run();
        }
        long before = peer.trips();
        for (int i = 0; i < TIMES; i++) {
            body.run();
        }
        return String.format("%.3f", (peer.trips() - before) / (double) TIMES);
    }
}
