package dev.headroom.router.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.router.CountingMeters;
import dev.headroom.router.NodeSpec;
import dev.headroom.router.RouterMeters;
import java.util.List;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;

class RouterSensorsTest {
    @Test
    void nodeThatCameBeforeTheMetersIsShownToo() {
        Node node = new Node(NodeSpec.of("p", new JdbcDataSource()));
        CountingMeters meters = new CountingMeters();
        try (RouterSensors sensors = new RouterSensors("main");
                Cluster cluster = new Cluster("main", List.of(node), false, new OptionsDraft().toOptions(), sensors)) {
            sensors.added(node, cluster);
            sensors.connect(meters, cluster);
            assertThat(meters.gaugeNames())
                    .containsExactlyInAnyOrder(RouterMeters.LAG, RouterMeters.IN_FLIGHT, RouterMeters.CUTS_UNDONE);
        }
        assertThat(meters.gaugeNames()).isEmpty();
    }

    @Test
    void nothingIsKeptForANodeThatIsGone() {
        Node stays = new Node(NodeSpec.of("p", new JdbcDataSource()));
        try (RouterSensors sensors = new RouterSensors("main");
                Cluster cluster = new Cluster("main", List.of(stays), false, new OptionsDraft().toOptions(), sensors)) {
            sensors.connect(new CountingMeters(), cluster);
            sensors.probed(stays, 1, true);
            for (int number = 0; number < 3; number++) {
                Node goes = new Node(NodeSpec.of("r" + number, new JdbcDataSource()));
                sensors.added(goes, cluster);
                sensors.probed(goes, 1, true);
                sensors.removed(goes);
            }
            assertThat(sensors.kept()).containsExactly("p");
        }
    }
}
