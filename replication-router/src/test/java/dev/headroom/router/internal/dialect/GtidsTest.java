package dev.headroom.router.internal.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.router.internal.dialect.Gtids.Gtid;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class GtidsTest {
    @Test
    void findsTheOneDomainOrTheOneAskedFor() throws Exception {
        assertThat(Gtids.of("0-1-100", MariaDb.ANY_DOMAIN).last()).isEqualTo(new Gtid(0, 1, 100));
        assertThat(Gtids.of("0-1-100, 7-2-5", 7).last()).isEqualTo(new Gtid(7, 2, 5));
        assertThat(Gtids.of("0-1-100", 7).isEmpty()).isTrue();
        assertThat(Gtids.of("", MariaDb.ANY_DOMAIN).isEmpty()).isTrue();
        assertThat(Gtids.of(null, 0).isEmpty()).isTrue();
    }

    @Test
    void severalDomainsNeedTheirNameAndRubbishIsRefused() {
        assertThatThrownBy(() -> Gtids.of("0-1-100,7-2-5", MariaDb.ANY_DOMAIN))
                .isInstanceOf(SQLException.class)
                .hasMessage(
                        "gtid: 0-1-100,7-2-5 (expected: one domain, or Dialects.mariaDb(domain) that names the one to follow)");
        assertThatThrownBy(() -> Gtids.of("0-x-1", 0)).hasMessage("gtid: 0-x-1 (expected: domain-server-sequence)");
    }
}
