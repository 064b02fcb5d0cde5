package dev.headroom.router.shard;

import dev.headroom.router.NodeSpec;
import dev.headroom.router.ReplicaRouter;
import dev.headroom.router.Routers;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;

/** A process that moves {@code db1} and stops at a step until it is killed: URLs of s1 and s2, where to, and which step. */
final class MoverMain {
    private MoverMain() {}

    public static void main(String[] arguments) throws Exception {
        Routers routers = Routers.of(router("s1", arguments[0]), router("s2", arguments[1]));
        ShardMap map =
                ShardMap.builder("db", 4).place(1, 2, "s1").place(3, 4, "s2").build();
        Shards shards = Shards.builder(map, routers).build();
        shards.move("db1", arguments[2], new Stopping(arguments[3]));
        System.out.println("moved");
    }

    private static ReplicaRouter router(String name, String url) {
        return ReplicaRouter.builder(name)
                .primary(NodeSpec.of("p-" + name, ShardRig.pool(url)))
                .build();
    }

    private record Stopping(String step) implements ShardMove {
        @Override
        public void prepare(Shard shard, Connection from, Connection to) throws SQLException {
            at("prepare");
        }

        @Override
        public void copy(Shard shard, Connection from, Connection to) throws SQLException {
            at("copy");
            ShardRig.BY_COLUMN.copy(shard, from, to);
            at("copied");
        }

        @Override
        public void clean(Shard shard, Connection from) throws SQLException {
            ShardRig.BY_COLUMN.clean(shard, from);
            at("clean");
        }

        private void at(String reached) {
            if (reached.equals(step)) {
                System.out.println("at " + step);
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }
}
