package dev.headroom.cache.servlet;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpSession;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The request a page is rendered for: a whole page, whatever part or condition this visitor asked for. Notices what makes the page this
 * visitor's own.
 */
final class PageRequest extends HttpServletRequestWrapper {
    private static final Set<String> HIDDEN =
            Set.of("if-none-match", "if-modified-since", "if-match", "if-unmodified-since", "if-range", "range");

    private final PageResponse page;
    private boolean personal;

    PageRequest(HttpServletRequest request, PageResponse page) {
        super(request);
        this.page = page;
    }

    /** Whether the application has used a session or logged somebody in. */
    boolean personal() {
        return personal;
    }

    @Override
    public String getMethod() {
        return "GET";
    }

    @Override
    public @Nullable String getHeader(String name) {
        return hidden(name) ? null : super.getHeader(name);
    }

    @Override
    public Enumeration<String> getHeaders(String name) {
        return hidden(name) ? Collections.emptyEnumeration() : super.getHeaders(name);
    }

    @Override
    public Enumeration<String> getHeaderNames() {
        return Collections.enumeration(Collections.list(super.getHeaderNames()).stream()
                .filter(name -> !hidden(name))
                .toList());
    }

    @Override
    public long getDateHeader(String name) {
        return hidden(name) ? -1 : super.getDateHeader(name);
    }

    @Override
    public int getIntHeader(String name) {
        return hidden(name) ? -1 : super.getIntHeader(name);
    }

    @Override
    public HttpSession getSession() {
        personal = true;
        return super.getSession();
    }

    @Override
    public @Nullable HttpSession getSession(boolean create) {
        HttpSession session = super.getSession(create);
        personal |= session != null;
        return session;
    }

    @Override
    public void login(String username, String password) throws ServletException {
        personal = true;
        super.login(username, password);
    }

    @Override
    public AsyncContext startAsync() {
        page.letThrough();
        return super.startAsync();
    }

    @Override
    public AsyncContext startAsync(ServletRequest request, ServletResponse response) {
        page.letThrough();
        return super.startAsync(request, response);
    }

    private static boolean hidden(String name) {
        return HIDDEN.contains(name.toLowerCase(Locale.ROOT));
    }
}
