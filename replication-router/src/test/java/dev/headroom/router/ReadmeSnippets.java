package dev.headroom.router;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.Headroom;
import dev.headroom.inventory.Host;
import dev.headroom.inventory.ServiceInventory;
import dev.headroom.router.hikari.HikariNodes;
import dev.headroom.router.shard.Shard;
import dev.headroom.router.shard.ShardMap;
import dev.headroom.router.shard.Shards;
import dev.headroom.router.shard.TableMove;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;
import javax.sql.DataSource;

/** What the README shows of an application, beside its start: compiled here, word for word. */
abstract class ReadmeSnippets {
    record Product(long id) {}

    record Order(long customer) {}

    record Cart(long id) {}

    record Report(String text) {}

    // README: start
    interface Catalog {
        @ReadOnly(maxStaleness = "2s")
        List<Product> newest(); // a replica, at most so stale

        @UsePrimary
        Cart checkoutView(); // a critical read

        @UseReplica(tag = "reports", maxStaleness = "10m")
        Report nightly(); // a replica that is kept for reports, or nobody
    }
    // README: end

    // README: start
    @Cluster("orders")
    interface Orders {
        @ReadOnly
        List<Order> recent(long customer);
    }
    // README: end

    abstract List<Long> count(Connection connection, List<Shard> parts);

    abstract int insert(Connection connection, String database, Order order) throws SQLException;

    abstract List<Order> select(Connection connection, String database);

    ReplicaRouter inventory(ServiceInventory inventory, Function<Host, HikariDataSource> pool) {
        // README: start
        ReplicaRouter router = ReplicaRouter.builder("main")
                .nodes(InventoryNodes.of(inventory, "postgres", host -> HikariNodes.node(host.name(), pool.apply(host)))
                        .onRemoved(node -> ((HikariDataSource) node.dataSource()).close()))
                .build();
        // README: end
        return router;
    }

    ReplicaRouter zones(HikariDataSource p, HikariDataSource r1, HikariDataSource r2, HikariDataSource r3)
            throws Exception {
        // README: start
        ReplicaRouter router = ReplicaRouter.builder("main")
                .zone("a") // or HEADROOM_ZONE=a in the environment
                .primary(HikariNodes.node("p", p).zone("a"))
                .replica(HikariNodes.node("r1", r1).zone("a"))
                .replica(HikariNodes.node("r2", r2).zone("b"))
                .replica(HikariNodes.node("r3", r3).zone("b").tags("reports"))
                .build();
        Report report = RouteScope.replica("reports").call(() -> write(router.dataSource()));
        // README: end
        return report == null ? null : router;
    }

    abstract Report write(DataSource dataSource);

    List<Order> partitions(ReplicaRouter shop, ReplicaRouter orders, Headroom.Builder headroom, Orders dao)
            throws Exception {
        // README: start
        Routers routers = Routers.of(shop, orders); // the first one is for all that names no cluster
        headroom.plug(routers);
        DataSource dataSource = routers.dataSource();

        List<Order> recent = routers.within("orders", () -> dao.recent(17)); // what @Cluster does, by hand
        routers.get("orders").control().refuseWrites(true); // one partition read-only
        // README: end
        return dataSource == null ? null : recent;
    }

    void shards(Routers routers, Order order) throws Exception {
        // README: start
        ShardMap map = ShardMap.builder("db", 9_999)
                .place(1, 5_000, "s1")
                .place(5_001, 9_999, "s2")
                .build();
        Shards shards = Shards.builder(map, routers).build();
        shards.install(); // once: three small tables on every cluster
        shards.write("customer-17", (shard, connection) -> insert(connection, shard.database(), order));
        shards.read("customer-17", (shard, connection) -> select(connection, shard.database()));
        shards.scatter((cluster, parts, connection) -> count(connection, parts)); // all clusters, 4 at a time
        shards.host("db0042"); // the node that takes its writes
        shards.move("db0042", "s2", TableMove.by("shard", "customer_order")); // while the application runs
        // README: end
    }

    ReplicaRouter heartbeat(HikariDataSource primaryPool, NodeSpec primary, NodeSpec replica) throws SQLException {
        // README: start
        HeartbeatTable table =
                HeartbeatTable.named("headroom_heartbeat").roleQuery("select takes_writes from node_role");
        table.install(primaryPool); // or its ddl() in your own migrations
        ReplicaRouter router = ReplicaRouter.builder("main")
                .dialect(Dialects.heartbeat(table))
                .primary(primary)
                .replica(replica)
                .build();
        // README: end
        return router;
    }
}
