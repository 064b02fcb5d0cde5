package dev.headroom.router.servlet;

import dev.headroom.Headroom;
import dev.headroom.RequestContext;
import dev.headroom.config.Checks;
import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.router.Positions;
import dev.headroom.servlet.CommitHooks;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Lets a client see its own writes in its next requests, on whichever server: brings the position that the client has written up to, from
 * a small cookie, and sends the new one back when a request has written.
 *
 * <p>The cookie is added at the moment the response commits (redirect, error, flush, full buffer, end), also in asynchronous requests;
 * what is written to the database after that moment is not in it, but is in the session with {@link #session}. The cookie ({@code HttpOnly}, {@code SameSite=Lax}, {@code Secure} on
 * HTTPS) holds no secret: it is checked, and never believed beyond the primary's own position. Without a write no cookie is sent, so pages
 * stay cacheable; with monotonic reads, what a request has seen for the first time is sent as well.
 *
 * <p>Of requests of one client that overlap, the browser keeps the cookie of the one that answers last. So the cookie of a request that has written
 * tells, besides its own position, the newest that this server knows: that covers the other one's writes on this server, and on others those that
 * are older than the last probe of the primary. What a request has merely seen ({@link dev.headroom.router.ReplicaRouterBuilder#monotonicReads}) is in
 * a cookie of its own, the name with {@code -seen} added, and in the session in an attribute of its own.
 *
 * <p>Contributed by the router itself in the slot {@code READ_YOUR_WRITES}; by hand it must be registered for {@code REQUEST} and
 * {@code ASYNC} dispatches, with async support. Thread-safe.
 *
 * <pre>{@code
 * context.addFilter("read-your-writes", ReadYourWritesFilter.of(router)); // or Routers
 * }</pre>
 */
public final class ReadYourWritesFilter implements Filter {
    private static final String DEFAULT_COOKIE = "headroom-position";

    /** Several filters of one application have a cookie each, so each has a request's attribute of its own. */
    private final String running = ReadYourWritesFilter.class.getName() + '@' + System.identityHashCode(this);

    private @Nullable Positions positions;
    private final String cookie;
    private final @Nullable Duration ttl;
    private final boolean wantsSession;
    private @Nullable PositionInSession session;

    /**
     * A filter for {@code web.xml} with the defaults of {@link #of(Positions)}: finds the application, and the router or routers plugged into it, when
     * it is {@linkplain #init initialised}. The parameter {@code session}, {@code true} or {@code false}, stands for {@link #session}.
     */
    public ReadYourWritesFilter() {
        this(DEFAULT_COOKIE, null, false);
    }

    /** One that finds its router later. */
    private ReadYourWritesFilter(String cookie, @Nullable Duration ttl, boolean inSession) {
        this.cookie = cookie;
        this.ttl = ttl;
        this.wantsSession = inSession;
    }

    private ReadYourWritesFilter(Positions positions, String cookie, @Nullable Duration ttl, boolean inSession) {
        this(Checks.name("cookie", cookie), ttl, inSession);
        this.positions = Checks.present("positions", positions);
        this.session = inSession ? inSession(positions, cookie) : null;
    }

    private static PositionInSession inSession(Positions positions, String cookie) {
        Checks.that(!positions.byTime(), "session", true, "without pinAfterWrite, which must be forgotten in time");
        return new PositionInSession(positions, cookie);
    }

    /** A filter with the cookie {@code headroom-position}, which lives as long as the router says ({@link Positions#positionLife}). */
    public static ReadYourWritesFilter of(Positions positions) {
        return new ReadYourWritesFilter(positions, DEFAULT_COOKIE, null, false);
    }

    /**
     * A filter with a cookie of this name that lives so long, rounded up to whole seconds.
     *
     * @throws dev.headroom.config.ConfigurationException if the name is not one, or the time is not more than zero
     */
    public static ReadYourWritesFilter of(Positions positions, String cookie, Duration ttl) {
        return new ReadYourWritesFilter(positions, cookie, Checks.positive("ttl", ttl), false);
    }

    /**
     * The same, but the client's HTTP session carries the position as well, if the client has one; none is made for it. So clients whose
     * cookies get lost see what they have written, what is written after the response was committed counts, too, and a report on a replica that is
     * behind for longer than the cookie lives shows it. The position is taken from the session when a request arrives, and left there, as a text,
     * when the response commits and at the request's end, if the request has written. Any session will do that keeps each attribute for itself. One
     * that is written as a whole at a request's end (Tomcat's {@code PersistentManager}, for instance) may lose a position when requests overlap: the
     * one that has merely read writes what it has found. Headroom's own sessions must come before this filter, as they do where both are plugged.
     *
     * @throws dev.headroom.config.ConfigurationException if the router goes by time ({@link Positions#byTime}); where it is found later, so does
     *     {@link #init}
     */
    public ReadYourWritesFilter session() {
        Positions known = positions;
        return known == null
                ? new ReadYourWritesFilter(cookie, ttl, true)
                : new ReadYourWritesFilter(known, cookie, ttl, true);
    }

    /**
     * Finds the router where none was given, and reads the parameter {@code session} then.
     *
     * @throws dev.headroom.config.ConfigurationException if the parameter is neither {@code true} nor {@code false}, or the router goes by time and the
     *     session is wanted
     * @throws ServletException if no application, or no router, is there
     */
    @Override
    public void init(FilterConfig config) throws ServletException {
        if (positions != null) {
            return;
        }
        boolean wanted = wantsSession(config.getInitParameter("session"));
        try {
            Positions found = Headroom.of(config.getServletContext())
                    .component(Positions.class)
                    .orElseThrow(() -> new IllegalStateException("plug: no router (expected: headroom.plug(router))"));
            session = wanted ? inSession(found, cookie) : null;
            positions = found;
        } catch (IllegalStateException absent) {
            throw new ServletException(absent.getMessage(), absent);
        }
    }

    private boolean wantsSession(@Nullable String parameter) {
        if (parameter == null) {
            return wantsSession;
        }
        boolean wanted = parameter.equals("true");
        Checks.that(wanted || parameter.equals("false"), "session", parameter, "true or false");
        return wanted;
    }

    private Positions positions() {
        return Objects.requireNonNull(positions, "init() was not called");
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request instanceof HttpServletRequest http && response instanceof HttpServletResponse answer) {
            filter(http, answer, chain);
        } else {
            chain.doFilter(request, response);
        }
    }

    private void filter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        // There is one already in a later dispatch of the same request, on another thread perhaps.
        PositionOnCommit position =
                request.getAttribute(running) instanceof PositionOnCommit running ? running : begin(request, response);
        CommitHooks hooks = CommitHooks.of(request, response);
        hooks.addFirst(position); // before the hook that stores the session
        try (RequestContext.Scope scope = position.context().open()) {
            Objects.requireNonNull(scope);
            hooks.pass(chain);
        }
    }

    private PositionOnCommit begin(HttpServletRequest request, HttpServletResponse response) {
        RequestContext context =
                RequestContext.active().orElseGet(() -> RequestContext.builder().build());
        PositionInSession inSession = session;
        PositionInSession.Of kept = inSession == null ? null : inSession.of(request);
        ConsistencyToken arrived = arrived(request, cookie);
        if (kept != null) {
            arrived = both(arrived, kept.written());
        }
        arrived = both(arrived, arrived(request, PositionCookie.ofSeen(cookie)));
        if (kept != null) {
            arrived = both(arrived, kept.seen());
        }
        if (!arrived.isNone()) {
            ConsistencyToken all = arrived;
            context.consistency(token -> both(token, all));
        }
        PositionCookie form = PositionCookie.of(
                request, cookie, ttl != null ? ttl : positions().positionLife());
        PositionOnCommit position = new PositionOnCommit(positions(), context, response, form, kept);
        request.setAttribute(running, position);
        return position;
    }

    private ConsistencyToken arrived(HttpServletRequest request, String name) {
        ConsistencyToken arrived = ConsistencyToken.NONE;
        Cookie[] cookies = request.getCookies();
        if (cookies != null) {
            for (Cookie candidate : cookies) {
                if (candidate.getName().equals(name)) {
                    arrived = both(arrived, positions().admit(candidate.getValue()));
                }
            }
        }
        return arrived;
    }

    private ConsistencyToken both(ConsistencyToken first, ConsistencyToken second) {
        return positions().consistency().combine(first, second);
    }
}
