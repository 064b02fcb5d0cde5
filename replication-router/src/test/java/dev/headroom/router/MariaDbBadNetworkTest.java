package dev.headroom.router;

import dev.headroom.testkit.MariaDbCluster;
import org.junit.jupiter.api.Tag;

/** What hangs is cut off by the driver's {@code socketTimeout} (in milliseconds), as the README says. */
@Tag("one-jdk")
class MariaDbBadNetworkTest extends BadNetworkContract {
    MariaDbBadNetworkTest() {
        super("MariaDB", MariaDbCluster.builder().standbys(2).start(), "&socketTimeout=2000", "select sleep(60)");
    }
}
