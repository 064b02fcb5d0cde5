package dev.headroom.cache.servlet;

import dev.headroom.RequestContext;
import dev.headroom.cache.CacheMode;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;

/** Decides which requests the page cache may answer; {@link PageVisit} answers them. */
final class PageFilter implements Filter {
    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS", "TRACE");

    private final PageStore store;

    PageFilter(PageStore store) {
        this.store = store;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        boolean asked = request.getDispatcherType() == DispatcherType.REQUEST
                && request instanceof HttpServletRequest
                && response instanceof HttpServletResponse;
        if (!asked) {
            chain.doFilter(request, response);
            return;
        }
        HttpServletRequest http = (HttpServletRequest) request;
        HttpServletResponse answer = (HttpServletResponse) response;
        if (store.caches().mode() != CacheMode.OFF && mayBeAnswered(http)) {
            new PageVisit(store, http, answer, chain).run();
            return;
        }
        chain.doFilter(request, response);
        if (!SAFE.contains(http.getMethod())) {
            // RFC 9111, section 4.4: what has been written to is no longer what it was.
            written(store.keys().of(http), http, answer);
        }
    }

    /** While the cache is switched off, too: its pages are served again when it is switched on. */
    private void written(String key, HttpServletRequest request, HttpServletResponse answer) {
        Runnable invalidate = RequestContext.wrap(() -> {
            if (answer.getStatus() < 400) {
                store.invalidate(key);
            }
        });
        if (request.isAsyncStarted()) {
            request.getAsyncContext().addListener(new Completion(invalidate));
        } else {
            invalidate.run();
        }
    }

    private boolean mayBeAnswered(HttpServletRequest request) {
        String method = request.getMethod();
        return (method.equals("GET") || method.equals("HEAD"))
                && request.getHeader("Range") == null
                && !"websocket".equalsIgnoreCase(request.getHeader("Upgrade"))
                && store.options().only().test(request)
                && (store.options().loggedInToo() || !store.options().loggedIn().test(request));
    }
}
