package dev.headroom.queue.internal.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Where MySQL's words are not MariaDB's. */
class MySqlDialectTest {
    @Test
    void keepsRowsInWordsThatGoWithSkipLocked() {
        assertThat(new MariaDbDialect(false).keepingRows()).isEqualTo(" for share");
        assertThat(new MariaDbDialect(true).keepingRows()).isEqualTo(" lock in share mode");
    }
}
