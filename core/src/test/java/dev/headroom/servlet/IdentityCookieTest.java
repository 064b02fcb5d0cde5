package dev.headroom.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.config.ConfigurationException;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class IdentityCookieTest {
    private static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");
    private static final String OLD = "an old secret of enough bytes";
    private static final String NEW = "a new secret of enough bytes";

    private static IdentityCookie.Builder at(Instant now) {
        return IdentityCookie.builder().clock(Clock.fixed(now, ZoneOffset.UTC));
    }

    private static HttpServletRequest request(boolean secure, Cookie... cookies) {
        return (HttpServletRequest) Proxy.newProxyInstance(
                IdentityCookieTest.class.getClassLoader(),
                new Class<?>[] {HttpServletRequest.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getCookies" -> cookies;
                    case "isSecure" -> secure;
                    case "getContextPath" -> "/shop";
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private static String header(IdentityCookie cookie, boolean secure, String user, String tier) {
        AtomicReference<String> header = new AtomicReference<>("");
        HttpServletResponse response = (HttpServletResponse) Proxy.newProxyInstance(
                IdentityCookieTest.class.getClassLoader(),
                new Class<?>[] {HttpServletResponse.class},
                (proxy, method, arguments) -> {
                    header.set((String) arguments[1]);
                    return null;
                });
        if (user.isEmpty()) {
            cookie.clear(request(secure), response);
        } else {
            cookie.set(request(secure), response, user, tier);
        }
        return header.get();
    }

    private static String value(IdentityCookie cookie, String user, String tier) {
        String header = header(cookie, false, user, tier);
        return header.substring(header.indexOf('=') + 1, header.indexOf(';'));
    }

    @Test
    void bringsBackUserAndTier() {
        IdentityCookie cookie = at(NOW).secret(NEW).build();

        assertThat(cookie.identify(request(
                        false, new Cookie("a", "b"), new Cookie("headroom-id", value(cookie, "ada\u2603", "gold")))))
                .contains(new Identity("ada\u2603", "gold"));
        assertThat(cookie.identify(request(false, new Cookie("headroom-id", value(cookie, "ada", null)))))
                .contains(new Identity("ada", ""));
        assertThat(cookie.identify(request(false))).isEmpty();
    }

    @Test
    void isSecureOverHttpsOnlyAndEndsAtLogout() {
        IdentityCookie cookie = at(NOW).secret(NEW).maxAge(Duration.ofHours(1)).build();

        assertThat(header(cookie, true, "ada", null))
                .endsWith("; Max-Age=3600; Path=/shop; HttpOnly; SameSite=Lax; Secure");
        assertThat(header(cookie, false, "ada", null)).doesNotContain("Secure");
        assertThat(header(cookie, false, "", null)).startsWith("headroom-id=; Max-Age=0;");
    }

    @Test
    void acceptsOldSecretsWhileTheyRotate() {
        IdentityCookie before = at(NOW).secret(OLD).build();
        IdentityCookie during = at(NOW).secret(NEW).secret(OLD).build();
        IdentityCookie after = at(NOW).secret(NEW).build();
        Cookie old = new Cookie("headroom-id", value(before, "ada", "gold"));

        assertThat(during.identify(request(false, old))).isPresent();
        assertThat(after.identify(request(false, old))).isEmpty();
        assertThat(after.identify(request(false, new Cookie("headroom-id", value(during, "ada", "gold")))))
                .isPresent();
    }

    @Test
    void endsWhenItExpires() {
        String value = value(at(NOW).secret(NEW).maxAge(Duration.ofMinutes(1)).build(), "ada", null);
        Cookie sent = new Cookie("headroom-id", value);

        assertThat(at(NOW.plusSeconds(59)).secret(NEW).build().identify(request(false, sent)))
                .isPresent();
        assertThat(at(NOW.plusSeconds(60)).secret(NEW).build().identify(request(false, sent)))
                .isEmpty();
    }

    @Test
    void isAsNoneWhenForgedOrMalformed() {
        IdentityCookie cookie = at(NOW).secret(NEW).build();
        String good = value(cookie, "ada", "gold");
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            StringBuilder bad = new StringBuilder(good);
            int at = random.nextInt(bad.length() - 1);
            char changed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabc012.-_".charAt(random.nextInt(35));
            if (bad.charAt(at) != changed) {
                bad.setCharAt(at, changed);
                assertThat(cookie.identify(request(false, new Cookie("headroom-id", bad.toString()))))
                        .isEmpty();
            }
        }
        for (String bad : new String[] {"", ".", "a.b", "!.!", good + "x".repeat(2000), good.substring(0, 20)}) {
            assertThat(cookie.identify(request(false, new Cookie("headroom-id", bad))))
                    .isEmpty();
        }
        String elsewhere = value(at(NOW).secret(NEW).name("other").build(), "ada", "gold");
        assertThat(cookie.identify(request(false, new Cookie("headroom-id", elsewhere))))
                .isEmpty();
    }

    @Test
    void refusesWhatItCannotCarry() {
        IdentityCookie cookie = at(NOW).secret(NEW).build();

        assertThatThrownBy(() -> value(cookie, "a\nb", null)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> value(cookie, "ada", "a b")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> IdentityCookie.builder().secret("short"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("secret: *** (expected: at least 16 bytes)");
        assertThatThrownBy(() -> IdentityCookie.builder().build()).isInstanceOf(ConfigurationException.class);
    }
}
