package dev.headroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
@Tag("one-jdk")
class ExternalPostgresTest {

    @Test
    void serverFromAnUrlCanBeUsedAndNotBroken() {
        PostgresNode real = SharedPostgres.withStandbys(0).primary();
        try (PostgresCluster external = PostgresCluster.external(real.jdbcUrl())) {
            PostgresNode node = external.primary();
            assertThat(node.port()).isEqualTo(real.port());
            assertThat(node.username()).isEqualTo("postgres");
            assertThat(node.password()).isEqualTo(real.password());
            assertThat(external.standbys()).isEmpty();
            try (TestDatabase database = external.createDatabase()) {
                PgAssertions.update(database.dataSource(), "create table thing (id int)");
                assertThat(PgAssertions.value(database.dataSource(), "select current_database()"))
                        .isEqualTo(database.name());
            }
            assertThatThrownBy(node::kill)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith(
                            "kill(): jdbc:postgresql://127.0.0.1:" + real.port() + "/postgres runs outside")
                    .hasMessageNotContaining(real.password());
            assertThatThrownBy(external::addStandby).isInstanceOf(IllegalStateException.class);
        }
        assertThat(real.running()).isTrue();
    }

    @Test
    void urlMustBeOneOfPostgres() {
        assertThatThrownBy(() -> PostgresCluster.external("jdbc:mariadb://host/db?password=secret"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("(expected: jdbc:postgresql://host:port/database?user=…&password=…)")
                .hasMessageNotContaining("secret");
    }
}
