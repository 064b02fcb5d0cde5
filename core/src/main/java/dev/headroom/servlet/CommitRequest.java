package dev.headroom.servlet;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import org.jspecify.annotations.Nullable;

/** Keeps the wrapped response in asynchronous processing, and hears when that ends. */
final class CommitRequest extends HttpServletRequestWrapper {
    private final CommitResponse response;
    private final CommitHooks.All hooks;
    private @Nullable CommitAsync async;

    CommitRequest(HttpServletRequest request, CommitResponse response, CommitHooks.All hooks) {
        super(request);
        this.response = response;
        this.hooks = hooks;
    }

    CommitHooks.All hooks() {
        return hooks;
    }

    @Override
    public AsyncContext startAsync() {
        // The container would go on with the response that it knows, not with ours.
        return startAsync(this, response);
    }

    @Override
    public AsyncContext startAsync(ServletRequest request, ServletResponse wrapped) {
        CommitAsync started = new CommitAsync(super.startAsync(request, wrapped), hooks);
        started.callAtTheEnd();
        async = started;
        return started;
    }

    @Override
    public AsyncContext getAsyncContext() {
        AsyncContext container = super.getAsyncContext(); // throws unless it has started
        CommitAsync started = async;
        return started != null ? started : new CommitAsync(container, hooks);
    }
}
