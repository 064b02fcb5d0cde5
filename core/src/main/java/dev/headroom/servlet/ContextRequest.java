package dev.headroom.servlet;

import dev.headroom.internal.debug.DebugResponse;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** Sees a request go asynchronous, and takes its context along. */
final class ContextRequest extends HttpServletRequestWrapper {
    private final RequestState state;
    private HttpServletResponse response;
    private @Nullable AsyncContext async;

    ContextRequest(HttpServletRequest request, HttpServletResponse response, RequestState state) {
        super(request);
        this.state = state;
        this.response = response;
    }

    /** The request to pass on: containers put their own wrapper around ours, or below it, when they dispatch again. */
    static HttpServletRequest around(HttpServletRequest request, HttpServletResponse response, RequestState state) {
        ServletRequest inner = request;
        while (inner instanceof ServletRequestWrapper wrapper) {
            if (wrapper instanceof ContextRequest ours && ours.state == state) {
                ours.response = response;
                return request;
            }
            inner = wrapper.getRequest();
        }
        return new ContextRequest(request, response, state);
    }

    @Override
    public AsyncContext startAsync() {
        letThrough();
        return keep(super.startAsync(this, response));
    }

    @Override
    public AsyncContext startAsync(ServletRequest request, ServletResponse response) {
        letThrough();
        return keep(super.startAsync(request, response));
    }

    @Override
    public AsyncContext getAsyncContext() {
        AsyncContext container = super.getAsyncContext();
        AsyncContext ours = async;
        return ours != null ? ours : container;
    }

    private AsyncContext keep(AsyncContext container) {
        state.started(container);
        AsyncContext ours = new ContextAsync(container, state.context);
        async = ours;
        return ours;
    }

    private void letThrough() {
        if (response instanceof DebugResponse held) {
            try {
                held.letThrough();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
