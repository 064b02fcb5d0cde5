package dev.headroom.router.shard;

import dev.headroom.testkit.SharedPostgres;

class PostgresShardHandoverTest extends ShardHandoverContract {
    PostgresShardHandoverTest() {
        super(SharedPostgres::createDatabase);
    }
}
