package dev.headroom.examples.marketplace.web;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorServletTest {
    /** Connection failure, lost connection, shutdown by the administrator, and a server that is starting. */
    @ParameterizedTest
    @ValueSource(strings = {"08000", "08006", "57P01", "57P03"})
    void takesALostConnectionForAMatterOfTheMoment(String state) {
        assertThat(ErrorServlet.isForTheMoment(new ServletException(new SQLException("cut", state))))
                .isTrue();
    }

    @Test
    void takesAnExhaustedPoolForAMatterOfTheMoment() {
        assertThat(ErrorServlet.isForTheMoment(new IllegalStateException(new SQLTransientConnectionException("none"))))
                .isTrue();
    }

    @Test
    void takesWhatIsWrongForAnError() {
        assertThat(ErrorServlet.isForTheMoment(new SQLException("unique", "23505")))
                .isFalse();
        assertThat(ErrorServlet.isForTheMoment(new SQLException("no state"))).isFalse();
        assertThat(ErrorServlet.isForTheMoment(new IllegalStateException())).isFalse();
        assertThat(ErrorServlet.isForTheMoment(null)).isFalse();
    }
}
