package dev.headroom.router.internal.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PostgresTest {
    @Test
    void insertPositionBehindAPageHeaderIsTheEndOfThePage() {
        Postgres postgres = new Postgres();
        assertThat(postgres.reachable(0x14FC018)).isEqualTo(0x14FC000);
        assertThat(postgres.reachable(0x3000028)).as("long header of a segment").isEqualTo(0x3000000);
        assertThat(postgres.reachable(0x14FC028)).as("a record's end").isEqualTo(0x14FC028);
        assertThat(postgres.reachable(0x14FC050)).isEqualTo(0x14FC050);
    }
}
