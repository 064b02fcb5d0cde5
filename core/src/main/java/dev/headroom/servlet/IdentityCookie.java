package dev.headroom.servlet;

import dev.headroom.config.Checks;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * A small signed cookie with user and tier, set at login, so that a request's tier is known before its session is loaded.
 *
 * <p>Signed by HMAC-SHA256 and readable by its user: it names the user to logs and the throttle and is never a login. Secrets rotate:
 * the first signs, all are accepted. {@code HttpOnly}, {@code SameSite=Lax}, {@code Secure} when the request came over HTTPS. Expiry is
 * by the wall clock, on the scale of days: servers whose clocks differ by minutes disagree about it for minutes. A cookie that is
 * forged, expired or malformed is as none. Thread-safe.
 *
 * <pre>{@code
 * IdentityCookie cookie = IdentityCookie.builder().secret(secret).build();
 * cookie.set(request, response, "ada", "paying");         // at login
 * cookie.clear(request, response);                        // at logout
 * }</pre>
 */
public final class IdentityCookie implements IdentitySource {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int LONGEST = 1024;
    private static final Pattern USER = Pattern.compile("[^\\p{Cntrl}]{1,128}");
    private static final Pattern TIER = Pattern.compile("[A-Za-z0-9._-]{1,32}");

    private final String name;
    private final Duration maxAge;
    private final Clock clock;
    private final List<SecretKeySpec> keys;

    private IdentityCookie(Builder builder) {
        this.name = builder.name;
        this.maxAge = builder.maxAge;
        this.clock = builder.clock;
        this.keys = List.copyOf(builder.keys);
    }

    /** A builder without a secret. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Adds the cookie to the response.
     *
     * @param user 1 to 128 characters without control characters
     * @param tier 1 to 32 letters, digits, dots, underscores or hyphens, or null when not known
     * @throws IllegalArgumentException if user or tier are not as said
     */
    public void set(HttpServletRequest request, HttpServletResponse response, String user, @Nullable String tier) {
        require(USER.matcher(user).matches(), "user", user, "1 to 128 characters without control characters");
        require(tier == null || TIER.matcher(tier).matches(), "tier", tier, "1 to 32 of A-Z a-z 0-9 . _ -");
        long expires = clock.instant().plus(maxAge).getEpochSecond();
        String text = expires + "\n" + (tier == null ? "" : tier) + "\n" + user;
        String payload = encode(text.getBytes(StandardCharsets.UTF_8));
        write(request, response, payload + "." + encode(sign(keys.get(0), payload)), maxAge.toSeconds());
    }

    /** Makes the browser forget the cookie. */
    public void clear(HttpServletRequest request, HttpServletResponse response) {
        write(request, response, "", 0);
    }

    @Override
    public Optional<Identity> identify(HttpServletRequest request) {
        Cookie[] cookies = request.getCookies();
        if (cookies != null) {
            for (Cookie cookie : cookies) {
                if (cookie.getName().equals(name)) {
                    return read(cookie.getValue());
                }
            }
        }
        return Optional.empty();
    }

    private Optional<Identity> read(String value) {
        int dot = value.indexOf('.');
        if (dot <= 0 || value.length() > LONGEST) {
            return Optional.empty();
        }
        try {
            String payload = value.substring(0, dot);
            byte[] signature = Base64.getUrlDecoder().decode(value.substring(dot + 1));
            if (keys.stream().noneMatch(key -> MessageDigest.isEqual(sign(key, payload), signature))) {
                return Optional.empty();
            }
            String[] parts = new String(Base64.getUrlDecoder().decode(payload), StandardCharsets.UTF_8).split("\n", 3);
            boolean expired = Long.parseLong(parts[0]) <= clock.instant().getEpochSecond();
            return expired ? Optional.empty() : Optional.of(new Identity(parts[2], parts[1]));
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    private byte[] sign(SecretKeySpec key, String payload) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            // The name is signed too, so that a value can't be moved to another cookie of the same secret.
            return mac.doFinal((name + "=" + payload).getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(ALGORITHM + " is part of every JDK", e);
        }
    }

    private void write(HttpServletRequest request, HttpServletResponse response, String value, long seconds) {
        // Written by hand: not every container passes on Cookie.setAttribute("SameSite", …).
        String path = request.getContextPath().isEmpty() ? "/" : request.getContextPath();
        response.addHeader(
                "Set-Cookie",
                name + "=" + value + "; Max-Age=" + seconds + "; Path=" + path + "; HttpOnly; SameSite=Lax"
                        + (request.isSecure() ? "; Secure" : ""));
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static void require(boolean holds, String name, @Nullable String value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
        }
    }

    /** Collects options. Not thread-safe. */
    public static final class Builder {
        private final List<SecretKeySpec> keys = new ArrayList<>();
        private String name = "headroom-id";
        private Duration maxAge = Duration.ofDays(30);
        private Clock clock = Clock.systemUTC();

        private Builder() {}

        /**
         * Adds a secret; the first signs, all are accepted, so a new one is put before the old one for as long as {@link #maxAge}.
         *
         * @throws dev.headroom.config.ConfigurationException if it has fewer than 16 bytes
         */
        public Builder secret(byte[] secret) {
            Checks.that(secret != null && secret.length >= 16, "secret", "***", "at least 16 bytes");
            keys.add(new SecretKeySpec(secret, ALGORITHM));
            return this;
        }

        /** Adds a secret: the text's UTF-8 bytes. */
        public Builder secret(String secret) {
            return secret(Checks.present("secret", secret).getBytes(StandardCharsets.UTF_8));
        }

        /** The cookie's name. Default: {@code headroom-id}. */
        public Builder name(String name) {
            this.name = Checks.name("name", name);
            return this;
        }

        /** How long it is good for. Default: 30 days. */
        public Builder maxAge(Duration maxAge) {
            this.maxAge = Checks.positive("maxAge", maxAge);
            return this;
        }

        /** The wall clock. Default: the system's. */
        public Builder clock(Clock clock) {
            this.clock = Checks.present("clock", clock);
            return this;
        }

        /** The cookie. @throws dev.headroom.config.ConfigurationException if there is no secret */
        public IdentityCookie build() {
            Checks.that(!keys.isEmpty(), "secret", "none", "at least one");
            return new IdentityCookie(this);
        }
    }
}
