package dev.headroom.servlet;

import dev.headroom.config.Checks;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.ServletResponseWrapper;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Calls hooks before a response commits, whatever makes it commit: a redirect, an error, a flush, a full buffer, the last byte of a declared length,
 * the completion of an asynchronous request, or the end.
 *
 * <p>The servlet API tells nobody that a response is about to commit, so the first filter that asks for it wraps request and response; the
 * others of the same request add their hooks to the same wrapper. Hooks are called in the order in which they were added, but for those of {@link #addFirst}. A request that goes
 * asynchronous, also by {@code startAsync()} without arguments, keeps them; tasks given to its {@code AsyncContext.start} run on the
 * {@link dev.headroom.RequestContext} in which it was started.
 *
 * <p>Made anew for every dispatch; not thread-safe itself, while what it wraps may be used by the request's threads as the container
 * allows.
 *
 * <pre>{@code
 * CommitHooks hooks = CommitHooks.of(request, response);
 * hooks.add(() -> response.addCookie(whatIsKnownNow()));
 * hooks.pass(chain);
 * }</pre>
 */
public final class CommitHooks {
    private static final String ATTRIBUTE = CommitHooks.class.getName();

    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final All all;
    private final boolean outermost;

    private CommitHooks(HttpServletRequest request, HttpServletResponse response, All all, boolean outermost) {
        this.request = request;
        this.response = response;
        this.all = all;
        this.outermost = outermost;
    }

    /** The hooks of the request; wraps request and response unless that was done on the way of this dispatch already. */
    public static CommitHooks of(HttpServletRequest request, HttpServletResponse response) {
        All all = request.getAttribute(ATTRIBUTE) instanceof All known ? known : new All();
        if (isIn(request, all) && isIn(response, all)) {
            return new CommitHooks(request, response, all, false);
        }
        request.setAttribute(ATTRIBUTE, all);
        CommitResponse wrapped = new CommitResponse(response, all);
        return new CommitHooks(new CommitRequest(request, wrapped, all), wrapped, all, true);
    }

    /** Adds a hook, to be called after those that are there. Added again, it is called once all the same. */
    public void add(CommitHook hook) {
        all.hooks.addIfAbsent(Checks.present("hook", hook));
    }

    /**
     * The same, but it is called before those that are there: what it leaves in the session, say, is stored by the hook that stores the session.
     */
    public void addFirst(CommitHook hook) {
        Checks.present("hook", hook);
        if (!all.hooks.contains(hook)) {
            all.hooks.add(0, hook);
        }
    }

    /** The request to pass on, or to wrap further. */
    public HttpServletRequest request() {
        return request;
    }

    /** The response to pass on, or to wrap further. */
    public HttpServletResponse response() {
        return response;
    }

    /** Passes the request on, and calls the hooks at its end unless it goes on asynchronously. */
    public void pass(FilterChain chain) throws IOException, ServletException {
        pass(request, response, chain);
    }

    /** The same with further wrappers around {@link #request} and {@link #response}. */
    public void pass(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        try {
            chain.doFilter(request, response);
        } catch (Throwable failure) {
            try {
                ended();
            } catch (RuntimeException another) {
                failure.addSuppressed(another);
            }
            throw failure;
        }
        ended();
    }

    private void ended() {
        boolean last = outermost || request.getDispatcherType() == DispatcherType.ASYNC;
        if (last && !request.isAsyncStarted()) {
            all.call();
        }
    }

    /** All hooks of one request, over all its dispatches. */
    static final class All {
        private final CopyOnWriteArrayList<CommitHook> hooks = new CopyOnWriteArrayList<>();

        /** Calls all, then throws what the first one that failed has thrown. */
        void call() {
            each(hooks, CommitHook::beforeCommit);
        }

        void headersLost() {
            each(hooks, CommitHook::headersLost);
        }

        private static void each(List<CommitHook> hooks, Consumer<CommitHook> what) {
            RuntimeException first = null;
            for (CommitHook hook : hooks) {
                try {
                    what.accept(hook);
                } catch (RuntimeException failure) {
                    if (first == null) {
                        first = failure;
                    } else {
                        first.addSuppressed(failure);
                    }
                }
            }
            if (first != null) {
                throw first;
            }
        }
    }

    /** Whether a wrapper of these hooks is among the request's. */
    static boolean isIn(ServletRequest request, All all) {
        ServletRequest inner = request;
        while (inner instanceof ServletRequestWrapper wrapper) {
            if (inner instanceof CommitRequest ours && ours.hooks() == all) {
                return true;
            }
            inner = wrapper.getRequest();
        }
        return false;
    }

    /** Whether a wrapper of these hooks is among the response's. */
    static boolean isIn(ServletResponse response, All all) {
        ServletResponse inner = response;
        while (inner instanceof ServletResponseWrapper wrapper) {
            if (inner instanceof CommitResponse ours && ours.hooks() == all) {
                return true;
            }
            inner = wrapper.getResponse();
        }
        return false;
    }
}
