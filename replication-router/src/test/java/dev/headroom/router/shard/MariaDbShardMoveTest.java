package dev.headroom.router.shard;

import dev.headroom.testkit.SharedMariaDb;

class MariaDbShardMoveTest extends ShardMoveContract {
    MariaDbShardMoveTest() {
        super(SharedMariaDb::createDatabase);
    }
}
