package dev.headroom.servlet;

import dev.headroom.config.Checks;
import dev.headroom.console.ConsoleAccess;
import dev.headroom.debug.DebugAccess;
import dev.headroom.load.Criticality;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How an application is on the web: who its callers are, how much their requests matter, and who may look inside. Immutable.
 *
 * <pre>{@code
 * WebOptions.builder()
 *     .identity(identityCookie)
 *     .criticality("/images/*", Criticality.SHEDDABLE_PLUS)
 *     .console(request -> request.isUserInRole("ops") ? ConsoleAccess.Level.ADMIN : ConsoleAccess.Level.NONE)
 *     .build();
 * }</pre>
 */
public final class WebOptions {
    private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9._~-]+)+");

    private final ConsoleAccess console;
    private final String consolePath;
    private final String healthPath;
    private final DebugAccess debug;
    private final IdentitySource identity;
    private final Predicate<HttpServletRequest> trust;
    private final CriticalityRules criticality;
    private final @Nullable Duration timeout;

    private WebOptions(Builder builder) {
        this.console = builder.console;
        this.consolePath = builder.consolePath;
        this.healthPath = builder.healthPath;
        this.debug = builder.debug;
        this.identity = builder.identity;
        this.trust = builder.trust;
        this.criticality = new CriticalityRules(builder.criticality, builder.rules);
        this.timeout = builder.timeout;
    }

    /** A builder with every default. */
    public static Builder builder() {
        return new Builder();
    }

    /** Every default: console and debugging closed, nobody known, nobody trusted, no deadlines. */
    public static WebOptions withDefaults() {
        return builder().build();
    }

    /** Who may see the console and act in it. */
    public ConsoleAccess console() {
        return console;
    }

    /** Where the console is. */
    public String consolePath() {
        return consolePath;
    }

    /** Where the health endpoints are. */
    public String healthPath() {
        return healthPath;
    }

    /** Who may see debug lines. */
    public DebugAccess debug() {
        return debug;
    }

    /** Who sends a request. */
    public IdentitySource identity() {
        return identity;
    }

    /** Whether the sender's word on criticality and timeout is taken. */
    public boolean trusts(HttpServletRequest request) {
        return trust.test(request);
    }

    /** How much a request of this path matters. */
    public Criticality criticality(String path) {
        return criticality.of(path);
    }

    /** How long a request may take, empty for as long as it likes. */
    public Optional<Duration> timeout() {
        return Optional.ofNullable(timeout);
    }

    /** Collects options. Not thread-safe. */
    public static final class Builder {
        private final Map<String, Criticality> rules = new LinkedHashMap<>();
        private ConsoleAccess console = ConsoleAccess.closed();
        private String consolePath = "/console";
        private String healthPath = "/health";
        private DebugAccess debug = DebugAccess.nobody();
        private IdentitySource identity = IdentitySource.nobody();
        private Predicate<HttpServletRequest> trust = request -> false;
        private Criticality criticality = Criticality.CRITICAL;
        private @Nullable Duration timeout;

        private Builder() {}

        /** Who may see the console and act in it. Default: nobody, it answers 404. */
        public Builder console(ConsoleAccess console) {
            this.console = Checks.present("console", console);
            return this;
        }

        /** Where the console is. Default: {@code /console}. */
        public Builder consolePath(String path) {
            this.consolePath = path("consolePath", path);
            return this;
        }

        /** Where {@code live} and {@code ready} are. Default: {@code /health}. */
        public Builder healthPath(String path) {
            this.healthPath = path("healthPath", path);
            return this;
        }

        /** Who may see debug lines by sending {@code debugout=1} as parameter or cookie. Default: nobody. */
        public Builder debug(DebugAccess debug) {
            this.debug = Checks.present("debug", debug);
            return this;
        }

        /** Who sends a request, usually an {@link IdentityCookie}. Default: nobody is known. */
        public Builder identity(IdentitySource identity) {
            this.identity = Checks.present("identity", identity);
            return this;
        }

        /**
         * Which callers are services of our own, so that their {@code X-Request-Criticality} and {@code X-Request-Timeout}
         * (milliseconds) are obeyed. Default: none.
         */
        public Builder trust(Predicate<HttpServletRequest> trust) {
            this.trust = Checks.present("trust", trust);
            return this;
        }

        /** How much a request matters when no rule says otherwise. Default: {@link Criticality#CRITICAL}. */
        public Builder criticality(Criticality criticality) {
            this.criticality = Checks.present("criticality", criticality);
            return this;
        }

        /**
         * How much requests of these paths matter: {@code /exact}, {@code /prefix/*} or {@code *.suffix}, within the application. The
         * first rule that matches decides.
         *
         * @throws dev.headroom.config.ConfigurationException if the pattern is none of the three or has a rule already
         */
        public Builder criticality(String pattern, Criticality criticality) {
            CriticalityRules.check(pattern);
            Checks.present("criticality", criticality);
            Checks.that(
                    rules.putIfAbsent(pattern, criticality) == null, "criticality", pattern, "one rule for a pattern");
            return this;
        }

        /** How long a request may take. Default: as long as it likes. */
        public Builder timeout(Duration timeout) {
            this.timeout = Checks.positive("timeout", timeout);
            return this;
        }

        /** The options. @throws dev.headroom.config.ConfigurationException if console and health have one path */
        public WebOptions build() {
            Checks.that(!consolePath.equals(healthPath), "consolePath", consolePath, "other than healthPath");
            return new WebOptions(this);
        }

        private static String path(String option, String path) {
            Checks.present(option, path);
            Checks.that(
                    PATH.matcher(path).matches(), option, path, "a path such as /console, without a slash at its end");
            return path;
        }
    }
}
