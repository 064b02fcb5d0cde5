package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.config.ConfigurationException;
import dev.headroom.queue.mail.smtp.SmtpTransport;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Options that can't take effect are refused where they are written. */
class RefusedOptionsTest {
    /** No such back-off. */
    public static class Backwards {
        @Job(name = "backwards", backoff = "1h..1s")
        public void run() {}
    }

    /** Twice the same name, and a result that nobody would read. */
    public static class Returns {
        @Job(name = "returns")
        public int run() {
            return 1;
        }

        @Job(name = "not a name")
        public void named() {}
    }

    @Test
    void refusesWhatCanNotTakeEffectAndNamesTheSite() {
        JobQueueBuilder builder = JobQueue.builder(new org.h2.jdbcx.JdbcDataSource());
        assertThatThrownBy(() -> builder.handlers(new Backwards()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("Backwards.run backoff: \"1h..1s\" (expected: 0 <= first <= longest)");
        assertThatThrownBy(() -> builder.handlers(new Returns()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("@Job: Returns.run (expected: a public, not static method")
                .hasMessageContaining("has no result unless it is tracked")
                .hasMessageContaining("name: \"not a name\"");
        assertThatThrownBy(() -> builder.handlers(new Object()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("handlers: java.lang.Object (expected: an object with a method that has @Job)");
        assertThatThrownBy(() -> builder.lease(java.time.Duration.ofMillis(1)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("lease: PT0.001S (expected: >= PT0.3S)");
        assertThatThrownBy(() -> SmtpTransport.builder("localhost", 25)
                        .from("shop@example.org")
                        .login("shop", "secret")
                        .build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("login: in clear (expected: startTls, tls, or inClear")
                .hasMessageNotContaining("secret");
        assertThat(builder).isNotNull();
    }

    /** Times that no clock can add to what it is now. */
    public static class TooLong {
        @Job(name = "too.long", timeout = "PT999999999H")
        public void timeout() {}

        @Job(name = "too.late", backoff = "1s..9999999999d")
        public void backoff() {}

        @Job(name = "too.seldom")
        @Every(fixedRate = "40000d")
        public void every() {}
    }

    private static void assertRefused(String message, ThrowingCallable code) {
        assertThatThrownBy(code).isInstanceOf(ConfigurationException.class).hasMessage(message);
    }

    @Test
    void refusesTimesThatNoClockCanAddToNow() {
        JobQueueBuilder builder = JobQueue.builder(new org.h2.jdbcx.JdbcDataSource());
        Duration forEver = Duration.ofSeconds(Long.MAX_VALUE);
        List<Function<Duration, ?>> options = List.of(
                builder::pollInterval,
                builder::shutdownGrace,
                builder::parking,
                builder::keepResults,
                builder::keepDead,
                builder::targetAge,
                Unique.of("key")::within);
        for (Function<Duration, ?> option : options) {
            assertThatThrownBy(() -> option.apply(forEver))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageEndingWith(": " + forEver + " (expected: at most 36500 days)");
        }
        assertRefused("lease: " + forEver + " (expected: at most PT24H)", () -> builder.lease(forEver));
        assertThatThrownBy(() -> builder.handlers(new TooLong()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("TooLong.timeout timeout: PT999999999H (expected: at most 36500 days)")
                .hasMessageContaining("TooLong.backoff backoff: PT239999999976H (expected: at most 36500 days)")
                .hasMessageContaining("TooLong.every @Every: PT960000H (expected: at most 36500 days)");
    }
}
