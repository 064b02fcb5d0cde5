package dev.headroom.router.servlet;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;

/** Keeps the wrapped response in asynchronous processing, and hears when that ends. */
final class PositionRequest extends HttpServletRequestWrapper {
    private final PositionResponse response;
    private final PositionOnCommit position;

    PositionRequest(HttpServletRequest request, PositionResponse response, PositionOnCommit position) {
        super(request);
        this.response = response;
        this.position = position;
    }

    @Override
    public AsyncContext startAsync() {
        // The container would go on with the response that it knows, not with ours.
        return new PositionAsync(super.startAsync(this, response), position);
    }

    @Override
    public AsyncContext startAsync(ServletRequest request, ServletResponse wrapped) {
        return new PositionAsync(super.startAsync(request, wrapped), position);
    }

    @Override
    public AsyncContext getAsyncContext() {
        return new PositionAsync(super.getAsyncContext(), position);
    }
}
