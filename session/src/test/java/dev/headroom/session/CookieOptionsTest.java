package dev.headroom.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.config.ConfigurationException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CookieOptionsTest {
    @Test
    void refusesWhatABrowserWouldIgnore() {
        CookieOptions.Builder host = CookieOptions.defaults().with().name("__Host-SID");
        assertThatThrownBy(host::build)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("secure: AUTO");
        assertThat(host.secure(Secure.ALWAYS).build().name()).isEqualTo("__Host-SID");
        assertThatThrownBy(() -> CookieOptions.defaults()
                        .with()
                        .sameSite(SameSite.NONE)
                        .secure(Secure.NEVER)
                        .build())
                .isInstanceOf(ConfigurationException.class);
    }

    @Test
    void refusesNamesThatCouldForgeAHeader() {
        assertThatThrownBy(() -> CookieOptions.defaults().with().name("a=b; x").build())
                .isInstanceOf(ConfigurationException.class);
        assertThatThrownBy(() -> CookieOptions.defaults().with().path("/;x").build())
                .isInstanceOf(ConfigurationException.class);
    }

    @Test
    void namesEverythingThatIsWrongWithTheTimes() {
        assertThatThrownBy(() -> Sessions.builder()
                        .idle(Duration.ofDays(60))
                        .absolute(Duration.ofDays(40))
                        .build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("1)")
                .hasMessageContaining("absolute: PT960H (expected: <= 30 days)");
    }
}
