package dev.headroom.session;

import dev.headroom.config.Checks;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The session cookie; immutable. It is always {@code HttpOnly} and ends with the browser's session.
 *
 * @param name a cookie name, default {@code SID}; with the prefix {@code __Host-} browsers insist on {@code Secure} and path {@code /}
 * @param path default {@code /}
 * @param domain default none: this host only
 * @param sameSite default {@link SameSite#LAX}
 * @param secure default {@link Secure#AUTO}
 */
public record CookieOptions(
        String name, String path, @Nullable String domain, SameSite sameSite, Secure secure) {
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}");
    private static final Pattern PATH = Pattern.compile("/[\\x21-\\x3a\\x3c-\\x7e]{0,255}");
    private static final Pattern DOMAIN = Pattern.compile("[A-Za-z0-9.-]{1,253}");
    private static final CookieOptions DEFAULTS = new CookieOptions("SID", "/", null, SameSite.LAX, Secure.AUTO);

    /** Checks every value. @throws dev.headroom.config.ConfigurationException if one breaks its rule */
    public CookieOptions {
        Checks.that(TOKEN.matcher(name).matches(), "name", name, "1 to 64 characters of a cookie name");
        Checks.that(PATH.matcher(path).matches(), "path", path, "'/' and printable characters other than ';'");
        Checks.that(domain == null || DOMAIN.matcher(domain).matches(), "domain", domain, "a host name");
        Checks.present("sameSite", sameSite);
        Checks.present("secure", secure);
        Checks.that(
                sameSite != SameSite.NONE || secure != Secure.NEVER,
                "secure",
                secure,
                "AUTO or ALWAYS with sameSite NONE");
        if (name.toLowerCase(Locale.ROOT).startsWith("__host-")) {
            Checks.that(path.equals("/") && domain == null, "path", path, "/ and no domain for a __Host- cookie");
            Checks.that(secure == Secure.ALWAYS, "secure", secure, "ALWAYS for a __Host- cookie");
        }
    }

    /** The defaults. */
    public static CookieOptions defaults() {
        return DEFAULTS;
    }

    /** A builder that begins with these options. */
    public Builder with() {
        return new Builder(this);
    }

    /** Collects options; checked when built. Not thread-safe. */
    public static final class Builder {
        private String name;
        private String path;
        private @Nullable String domain;
        private SameSite sameSite;
        private Secure secure;

        private Builder(CookieOptions from) {
            this.name = from.name;
            this.path = from.path;
            this.domain = from.domain;
            this.sameSite = from.sameSite;
            this.secure = from.secure;
        }

        /** The cookie's name. */
        public Builder name(String name) {
            this.name = Checks.present("name", name);
            return this;
        }

        /** The path under which it is sent. */
        public Builder path(String path) {
            this.path = Checks.present("path", path);
            return this;
        }

        /** The domain, with all its hosts, to which it is sent. */
        public Builder domain(String domain) {
            this.domain = Checks.present("domain", domain);
            return this;
        }

        /** When it is sent with requests from other sites. */
        public Builder sameSite(SameSite sameSite) {
            this.sameSite = Checks.present("sameSite", sameSite);
            return this;
        }

        /** Whether it is sent over encrypted connections only. */
        public Builder secure(Secure secure) {
            this.secure = Checks.present("secure", secure);
            return this;
        }

        /** The options. @throws dev.headroom.config.ConfigurationException if one breaks its rule */
        public CookieOptions build() {
            return new CookieOptions(name, path, domain, sameSite, secure);
        }
    }
}
