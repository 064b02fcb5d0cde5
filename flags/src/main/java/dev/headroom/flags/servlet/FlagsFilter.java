package dev.headroom.flags.servlet;

import dev.headroom.RequestContext;
import dev.headroom.flags.Flags;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.io.IOException;

/**
 * Freezes the rules of all flags for the time of a request, so that one page never mixes two states. Contributed by {@link Flags} when it
 * is plugged in; needs the request's {@link RequestContext}, so it stands inside the context filter. Thread-safe.
 */
public final class FlagsFilter implements Filter {
    private final Flags flags;

    /** A filter for these flags. */
    public FlagsFilter(Flags flags) {
        this.flags = flags;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        RequestContext.active().ifPresent(flags::freeze);
        chain.doFilter(request, response);
    }
}
