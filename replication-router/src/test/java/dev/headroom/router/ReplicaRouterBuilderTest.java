package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.config.ConfigurationException;
import java.time.Duration;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;

class ReplicaRouterBuilderTest {
    private final NodeSpec node = NodeSpec.of("n", new JdbcDataSource());

    @Test
    void reportsEverythingThatIsWrongAtOnce() {
        assertThatThrownBy(() -> ReplicaRouter.builder("main")
                        .primary(node)
                        .replica(node)
                        .probeEvery(Duration.ofSeconds(2))
                        .staleness(Duration.ofSeconds(2), Duration.ofSeconds(1))
                        .build())
                .asInstanceOf(InstanceOfAssertFactories.type(ConfigurationException.class))
                .extracting(ConfigurationException::problems)
                .asInstanceOf(InstanceOfAssertFactories.list(Object.class))
                .map(Object::toString)
                .contains(
                        "node: n (expected: a name that no other node has)",
                        "probe: none for node n (expected: NodeSpec.probe(…), where there are replicas)",
                        "softLimit: PT2S (expected: <= hardLimit (PT1S))",
                        "probeEvery: PT2S (expected: < softLimit (PT2S), or no replica is ever fresh)");
    }

    @Test
    void refusesWrongValuesInTheSetter() {
        ReplicaRouterBuilder builder = ReplicaRouter.builder("main");
        assertThatThrownBy(() -> builder.primaryFallback(-1)).hasMessage("primaryFallback: -1 (expected: >= 0)");
        assertThatThrownBy(() -> builder.probeTimeout(Duration.ZERO))
                .hasMessage("probeTimeout: PT0S (expected: > PT0S)");
        assertThatThrownBy(() -> builder.positionCookie("position", Duration.ofMinutes(2)))
                .hasMessage("ttl: PT2M (expected: PT1S to PT1M)");
        assertThatThrownBy(() -> node.weight(0)).hasMessage("weight: 0 (expected: 1 to 1000)");
        assertThatThrownBy(() -> ReplicaRouter.builder("two words")).isInstanceOf(ConfigurationException.class);
        assertThatThrownBy(builder::build).hasMessage("primary: null (expected: a node)");
    }

    @Test
    void doesNotShowPasswordsInUrls() {
        assertThatThrownBy(() -> node.probe("http://db/shop?password=secret", null, null))
                .hasMessage("probe: http://db/shop (expected: a URL that begins with jdbc:)");
        assertThat(node.probe("jdbc:postgresql://db/shop?password=secret", "u", "p")
                        .probe())
                .hasToString("Optional[jdbc:postgresql://db/shop]");
    }
}
