package dev.headroom.router.servlet;

import dev.headroom.RequestContext;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.util.Objects;

/** Adds the position before the response of an asynchronous request is completed; its tasks keep the request's context. */
final class PositionAsync implements AsyncContext {
    private final AsyncContext delegate;
    private final PositionOnCommit position;

    PositionAsync(AsyncContext delegate, PositionOnCommit position) {
        this.delegate = delegate;
        this.position = position;
    }

    @Override
    public void complete() {
        position.beforeCommit();
        delegate.complete();
    }

    @Override
    public void start(Runnable task) {
        delegate.start(() -> {
            try (RequestContext.Scope scope = position.context().open()) {
                Objects.requireNonNull(scope);
                task.run();
            }
        });
    }

    @Override
    public ServletRequest getRequest() {
        return delegate.getRequest();
    }

    @Override
    public ServletResponse getResponse() {
        return delegate.getResponse();
    }

    @Override
    public boolean hasOriginalRequestAndResponse() {
        return delegate.hasOriginalRequestAndResponse();
    }

    @Override
    public void dispatch() {
        delegate.dispatch();
    }

    @Override
    public void dispatch(String path) {
        delegate.dispatch(path);
    }

    @Override
    public void dispatch(ServletContext context, String path) {
        delegate.dispatch(context, path);
    }

    @Override
    public void addListener(AsyncListener listener) {
        delegate.addListener(listener);
    }

    @Override
    public void addListener(AsyncListener listener, ServletRequest request, ServletResponse response) {
        delegate.addListener(listener, request, response);
    }

    @Override
    public <T extends AsyncListener> T createListener(Class<T> type) throws ServletException {
        return delegate.createListener(type);
    }

    @Override
    public void setTimeout(long milliseconds) {
        delegate.setTimeout(milliseconds);
    }

    @Override
    public long getTimeout() {
        return delegate.getTimeout();
    }
}
