package dev.headroom.session;

import dev.headroom.Headroom;
import dev.headroom.session.internal.DefaultSessions;
import dev.headroom.session.internal.FilterWork;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Gives requests the shared session: {@code request.getSession()} behind it is the same on every server.
 *
 * <p>{@link Sessions} registers it where it belongs. By hand, map it to {@code /*} with async support, for {@code REQUEST}, {@code ASYNC},
 * {@code ERROR} and {@code FORWARD} dispatches, before every filter that uses the session. Changes are stored before the response is
 * committed, whatever commits it: a redirect, an error, a flush, a full buffer, the last byte of a known length, or the end.
 *
 * <p>In {@code web.xml} it finds its {@link Sessions} among the components of the {@link Headroom} in the servlet context attribute {@value
 * Headroom#ATTRIBUTE}. Thread-safe.
 */
public final class SharedSessionFilter implements Filter {
    private volatile @Nullable FilterWork work;

    /** A filter that finds its sessions in the servlet context; for {@code web.xml}. */
    public SharedSessionFilter() {}

    /** A filter over these sessions, which were made by {@link Sessions#builder()}. */
    public SharedSessionFilter(Sessions sessions) {
        this.work = ((DefaultSessions) sessions).work();
    }

    /** Finds the sessions. @throws ServletException if the servlet context has none */
    @Override
    public void init(FilterConfig config) throws ServletException {
        if (work != null) {
            return;
        }
        Sessions sessions = of(config).component(Sessions.class).orElse(null);
        if (!(sessions instanceof DefaultSessions found)) {
            throw new ServletException("Headroom: no Sessions plugged (expected: one, for SharedSessionFilter)");
        }
        work = found.work();
    }

    private static Headroom of(FilterConfig config) throws ServletException {
        try {
            return Headroom.of(config.getServletContext());
        } catch (IllegalStateException absent) {
            throw new ServletException(absent.getMessage(), absent);
        }
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request instanceof HttpServletRequest http && response instanceof HttpServletResponse answer) {
            Objects.requireNonNull(work, "not initialised").filter(http, answer, chain);
        } else {
            chain.doFilter(request, response);
        }
    }
}
