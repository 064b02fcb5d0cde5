package dev.headroom.router.shard;

import dev.headroom.testkit.SharedPostgres;

class PostgresShardMoveTest extends ShardMoveContract {
    PostgresShardMoveTest() {
        super(SharedPostgres::createDatabase);
    }
}
