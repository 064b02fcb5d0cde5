package dev.headroom.flags.servlet;

import dev.headroom.Headroom;
import dev.headroom.RequestContext;
import dev.headroom.flags.Flags;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Freezes the rules of all flags for the time of a request, so that one page never mixes two states. Contributed by {@link Flags} when it
 * is plugged in; needs the request's {@link RequestContext}, so it stands inside the context filter. Thread-safe.
 */
public final class FlagsFilter implements Filter {
    private @Nullable Flags flags;

    /** A filter for {@code web.xml}: finds the application in the servlet context, and its flags. */
    public FlagsFilter() {}

    /** A filter for these flags. */
    public FlagsFilter(Flags flags) {
        this.flags = flags;
    }

    @Override
    public void init(FilterConfig config) throws ServletException {
        if (flags != null) {
            return;
        }
        try {
            flags = Headroom.of(config.getServletContext())
                    .component(Flags.class)
                    .orElseThrow(() -> new IllegalStateException("plug: no Flags (expected: headroom.plug(flags))"));
        } catch (IllegalStateException absent) {
            throw new ServletException(absent.getMessage(), absent);
        }
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Flags frozen = Objects.requireNonNull(flags, "init() was not called");
        RequestContext.active().ifPresent(frozen::freeze);
        chain.doFilter(request, response);
    }
}
