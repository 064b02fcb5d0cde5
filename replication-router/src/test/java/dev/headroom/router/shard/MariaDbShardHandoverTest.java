package dev.headroom.router.shard;

import dev.headroom.testkit.SharedMariaDb;

class MariaDbShardHandoverTest extends ShardHandoverContract {
    MariaDbShardHandoverTest() {
        super(SharedMariaDb::createDatabase);
    }
}
