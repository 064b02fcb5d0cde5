package dev.headroom.session.internal;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;

/** Saves before the request goes on or ends: by the container's own events the response may be out already. */
final class SessionAsyncContext implements AsyncContext {
    private final AsyncContext context;
    private final RequestSession sessions;

    SessionAsyncContext(AsyncContext context, RequestSession sessions) {
        this.context = context;
        this.sessions = sessions;
    }

    /** For changes that nothing else of ours saw: a timeout, an error, a body written by others. */
    void saveAtTheEnd() {
        context.addListener(new AsyncListener() {
            @Override
            public void onComplete(AsyncEvent event) {
                sessions.beforeCommit();
            }

            @Override
            public void onTimeout(AsyncEvent event) {
                sessions.beforeCommit();
            }

            @Override
            public void onError(AsyncEvent event) {
                sessions.beforeCommit();
            }

            @Override
            public void onStartAsync(AsyncEvent event) {
                event.getAsyncContext().addListener(this);
            }
        });
    }

    @Override
    public void complete() {
        sessions.beforeCommit();
        context.complete();
    }

    @Override
    public void dispatch() {
        sessions.beforeCommit();
        context.dispatch();
    }

    @Override
    public void dispatch(String path) {
        sessions.beforeCommit();
        context.dispatch(path);
    }

    @Override
    public void dispatch(ServletContext to, String path) {
        sessions.beforeCommit();
        context.dispatch(to, path);
    }

    @Override
    public ServletRequest getRequest() {
        return context.getRequest();
    }

    @Override
    public ServletResponse getResponse() {
        return context.getResponse();
    }

    @Override
    public boolean hasOriginalRequestAndResponse() {
        return context.hasOriginalRequestAndResponse();
    }

    @Override
    public void start(Runnable work) {
        context.start(work);
    }

    @Override
    public void addListener(AsyncListener listener) {
        context.addListener(listener);
    }

    @Override
    public void addListener(AsyncListener listener, ServletRequest request, ServletResponse response) {
        context.addListener(listener, request, response);
    }

    @Override
    public <T extends AsyncListener> T createListener(Class<T> type) throws ServletException {
        return context.createListener(type);
    }

    @Override
    public void setTimeout(long millis) {
        context.setTimeout(millis);
    }

    @Override
    public long getTimeout() {
        return context.getTimeout();
    }
}
