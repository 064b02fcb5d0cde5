package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.p6spy.engine.spy.P6DataSource;
import dev.headroom.router.frameworks.Framework;
import dev.headroom.router.frameworks.Frameworks;
import dev.headroom.router.frameworks.Touch;
import dev.headroom.router.frameworks.TouchingDataSource;
import dev.headroom.testkit.SharedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import net.ttddyy.dsproxy.support.ProxyDataSourceBuilder;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What frameworks, proxies and observers ask a fresh connection, in every framework and under every proxy: the read-only unit goes to the
 * replica all the same, and the next one, which writes, to the primary.
 */
@TestInstance(Lifecycle.PER_CLASS)
class FrameworkMatrixTest {
    @AutoClose
    private final Rig rig = new Rig(SharedPostgres.withStandbys(1), 1, Rig::patient);

    private final TouchingDataSource touching = new TouchingDataSource();

    private final Map<String, Framework> frameworks = new LinkedHashMap<>();

    FrameworkMatrixTest() {
        Frameworks.all(touching).forEach(framework -> frameworks.put(framework.name(), framework));
    }

    static Stream<Arguments> cells() {
        return Frameworks.NAMES.stream()
                .flatMap(name -> Stream.of(Proxy.values()).map(proxy -> Arguments.of(name, proxy)));
    }

    /** What lies between the framework and the router. */
    enum Proxy {
        NONE {
            @Override
            DataSource around(DataSource routed) {
                return routed;
            }
        },
        P6SPY {
            @Override
            DataSource around(DataSource routed) {
                return new P6DataSource(routed);
            }
        },
        DATASOURCE_PROXY {
            @Override
            DataSource around(DataSource routed) {
                return ProxyDataSourceBuilder.create(routed).build();
            }
        },
        DATASOURCE_MICROMETER {
            @Override
            DataSource around(DataSource routed) {
                return Frameworks.observed(routed);
            }
        };

        abstract DataSource around(DataSource routed);
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("cells")
    void readsOnTheReplicaWhateverWasAskedBefore(String name, Proxy proxy) throws Exception {
        Framework framework = frameworks.get(name);
        for (Touch touch : Touch.values()) {
            touching.use(proxy.around(rig.dataSource()), touch);
            assertThat(framework.onStandby(true))
                    .as("a read-only unit after " + touch)
                    .isTrue();
            assertThat(framework.onStandby(false))
                    .as("a unit that may write after " + touch)
                    .isFalse();
            assertThat(touching.touched()).as("connections that were asked").isGreaterThanOrEqualTo(2);
        }
        assertThat(rig.router.nodes())
                .allSatisfy(node -> assertThat(node.inFlight()).isZero());
    }

    @Test
    void theTableInTheReadmeIsThisOne() throws Exception {
        String header = "| "
                + Stream.of(Proxy.values())
                        .map(FrameworkMatrixTest::title)
                        .collect(Collectors.joining(" | ", "unit begun by | ", " |"));
        String cell = Touch.values().length + " of " + Touch.values().length;
        String rows = Frameworks.NAMES.stream()
                .map(name -> "| " + name + " | "
                        + Stream.of(Proxy.values()).map(proxy -> cell).collect(Collectors.joining(" | ")) + " |")
                .collect(Collectors.joining("\n"));
        assertThat(Files.readString(Path.of("README.md"))).contains(header).contains(rows);
    }

    private static String title(Proxy proxy) {
        return switch (proxy) {
            case NONE -> "alone";
            case P6SPY -> "p6spy";
            case DATASOURCE_PROXY -> "datasource-proxy";
            case DATASOURCE_MICROMETER -> "datasource-micrometer";
        };
    }
}
