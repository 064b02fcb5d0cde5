package dev.headroom.cache.servlet;

import dev.headroom.RequestContext;
import dev.headroom.cache.CachesBuilder;
import dev.headroom.cache.spi.SharedTier;
import dev.headroom.config.Checks;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/** Collects the options of a {@link PageCache}. Not thread-safe. */
public final class PageCacheBuilder {
    private static final Duration DAY = Duration.ofDays(1);

    private Predicate<HttpServletRequest> only = request -> true;
    private Predicate<HttpServletRequest> known = PageCacheBuilder::mayBeLoggedIn;
    private boolean loggedInToo;
    private Function<HttpServletRequest, String> keyPart = request -> "";
    private final Set<String> ignored = new TreeSet<>();
    private long maximumPages = 1_000;
    private int maximumBody = 256 << 10;
    private Optional<Duration> freshByDefault = Optional.empty();
    private Duration staleWhileRevalidate = Duration.ZERO;
    private Duration staleIfError = Duration.ZERO;
    private Duration longestFresh = DAY;
    private Duration passFor = Duration.ofSeconds(10);
    private Duration waitAtMost = Duration.ofSeconds(10);
    private Optional<SharedTier> shared = Optional.empty();
    private Consumer<CachesBuilder> caches = builder -> {};

    PageCacheBuilder() {}

    /** Which requests may be answered from the cache at all; default: every {@code GET} and {@code HEAD}. */
    public PageCacheBuilder only(Predicate<HttpServletRequest> only) {
        this.only = Checks.present("only", only);
        return this;
    }

    /**
     * Which requests may come from somebody who is logged in; they go to the application. Default: those with an {@code Authorization}
     * header, a session, a remote user, or a user in the request's context.
     */
    public PageCacheBuilder loggedIn(Predicate<HttpServletRequest> loggedIn) {
        this.known = Checks.present("loggedIn", loggedIn);
        return this;
    }

    /**
     * Whether somebody who is logged in gets pages from the cache as well; default no. What is rendered for them is still only kept
     * when the response says {@code public} or {@code s-maxage}, as RFC 9111 has it.
     */
    public PageCacheBuilder loggedInToo(boolean loggedInToo) {
        this.loggedInToo = loggedInToo;
        return this;
    }

    /** What pages depend on beside the address and {@code Vary}, of few values: a currency, a flag's variant. Default: nothing. */
    public PageCacheBuilder keyPart(Function<HttpServletRequest, String> keyPart) {
        this.keyPart = Checks.present("keyPart", keyPart);
        return this;
    }

    /** Query parameters that no page depends on, such as {@code utm_source}; the application still gets them. Default: none. */
    public PageCacheBuilder ignoreParameters(String... names) {
        for (String name : names) {
            ignored.add(Checks.notBlank("ignoreParameters", name));
        }
        return this;
    }

    /** How many pages and variants are held, at least 1; default 1,000. */
    public PageCacheBuilder maximumPages(long maximumPages) {
        this.maximumPages = Checks.atLeast("maximumPages", maximumPages, 1);
        return this;
    }

    /** The largest body that is kept, in bytes, at least 1; default 256 KiB. A larger one is sent as it is written. */
    public PageCacheBuilder maximumBody(int maximumBody) {
        this.maximumBody = Checks.atLeast("maximumBody", maximumBody, 1);
        return this;
    }

    /** How long a page is fresh whose headers don't say; default: it is not kept. */
    public PageCacheBuilder freshByDefault(Duration fresh) {
        this.freshByDefault = Optional.of(Checks.positive("freshByDefault", fresh));
        return this;
    }

    /** For pages that don't say {@code stale-while-revalidate} themselves; default zero. */
    public PageCacheBuilder staleWhileRevalidate(Duration staleWhileRevalidate) {
        this.staleWhileRevalidate = Checks.notNegative("staleWhileRevalidate", staleWhileRevalidate);
        return this;
    }

    /** For pages that don't say {@code stale-if-error} themselves; default zero. */
    public PageCacheBuilder staleIfError(Duration staleIfError) {
        this.staleIfError = Checks.notNegative("staleIfError", staleIfError);
        return this;
    }

    /** The longest a page is fresh or stale here, whatever its headers say; default 1 day. */
    public PageCacheBuilder longestFresh(Duration longestFresh) {
        this.longestFresh = Checks.positive("longestFresh", longestFresh);
        return this;
    }

    /** How long it is remembered that a page can't be kept, so that nobody waits for another's rendering of it; default 10 s. */
    public PageCacheBuilder passFor(Duration passFor) {
        this.passFor = Checks.positive("passFor", passFor);
        return this;
    }

    /** How long a request waits for another's rendering before it is answered 503; default 10 s. */
    public PageCacheBuilder waitAtMost(Duration waitAtMost) {
        this.waitAtMost = Checks.positive("waitAtMost", waitAtMost);
        return this;
    }

    /**
     * The tier that all instances of the site share: then a page is rendered once for all of them. All must have the same addresses, as visitors have
     * them, the same {@code keyPart} and the same ignored parameters. It is closed with the page cache. Default: none.
     */
    public PageCacheBuilder shared(SharedTier tier) {
        this.shared = Optional.of(Checks.present("shared", tier));
        return this;
    }

    /** Changes the caches below, for what this builder does not have: their clock, their mode, their namespace. */
    public PageCacheBuilder caches(Consumer<CachesBuilder> change) {
        this.caches = Checks.present("caches", change);
        return this;
    }

    /** The page cache. */
    public PageCache build() {
        return new PageCache(
                new PageOptions(
                        only,
                        known,
                        loggedInToo,
                        keyPart,
                        List.copyOf(ignored),
                        maximumPages,
                        maximumBody,
                        freshByDefault,
                        staleWhileRevalidate,
                        staleIfError,
                        longestFresh,
                        passFor,
                        waitAtMost,
                        shared),
                caches);
    }

    private static boolean mayBeLoggedIn(HttpServletRequest request) {
        return request.getHeader("Authorization") != null
                || request.getRequestedSessionId() != null
                || request.getRemoteUser() != null
                || RequestContext.active().flatMap(RequestContext::user).isPresent();
    }
}
