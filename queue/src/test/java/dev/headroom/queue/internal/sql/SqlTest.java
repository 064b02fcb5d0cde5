package dev.headroom.queue.internal.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.api.Test;

/** What drivers and pools throw is told apart. */
class SqlTest {
    @Test
    void aConnectionThatWasNotThereIsNoneThatWasLost() {
        assertThat(Sql.isUnreachable(new SQLTransientConnectionException("pool: timed out")))
                .isTrue();
        assertThat(Sql.isUnreachable(new SQLException("refused", "08001"))).isTrue();
        assertThat(Sql.isUnreachable(new SQLException("pool", new SQLException("starting up", "57P03"))))
                .isTrue();
        assertThat(Sql.isUnreachable(new SQLException("cut off", "08006"))).isFalse();
        assertThat(Sql.isUnreachable(new SQLException("terminated", "57P01"))).isFalse();
        assertThat(Sql.isUnreachable(new SQLException("full", "53100"))).isFalse();
    }
}
