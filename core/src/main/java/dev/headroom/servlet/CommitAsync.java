package dev.headroom.servlet;

import dev.headroom.RequestContext;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Calls the hooks before the request goes on or ends: by the container's own events the response may be out already. */
final class CommitAsync implements AsyncContext {
    private final AsyncContext container;
    private final CommitHooks.All hooks;
    private final @Nullable RequestContext context = RequestContext.active().orElse(null);

    CommitAsync(AsyncContext container, CommitHooks.All hooks) {
        this.container = container;
        this.hooks = hooks;
    }

    /** For what nothing else of ours sees: a timeout, an error, a body written by others. */
    void callAtTheEnd() {
        container.addListener(new AsyncListener() {
            @Override
            public void onComplete(AsyncEvent event) {
                hooks.call();
            }

            @Override
            public void onTimeout(AsyncEvent event) {
                hooks.call();
            }

            @Override
            public void onError(AsyncEvent event) {
                hooks.call();
            }

            @Override
            public void onStartAsync(AsyncEvent event) {
                event.getAsyncContext().addListener(this); // a new cycle forgets the listeners of the one before
            }
        });
    }

    @Override
    public void complete() {
        try {
            hooks.call();
        } finally {
            container.complete();
        }
    }

    @Override
    public void dispatch() {
        try {
            hooks.call();
        } finally {
            container.dispatch();
        }
    }

    @Override
    public void dispatch(String path) {
        try {
            hooks.call();
        } finally {
            container.dispatch(path);
        }
    }

    @Override
    public void dispatch(ServletContext to, String path) {
        try {
            hooks.call();
        } finally {
            container.dispatch(to, path);
        }
    }

    @Override
    public void start(Runnable work) {
        RequestContext of = context;
        if (of == null) {
            container.start(work);
            return;
        }
        container.start(() -> {
            try (RequestContext.Scope scope = of.open()) {
                Objects.requireNonNull(scope);
                work.run();
            }
        });
    }

    @Override
    public ServletRequest getRequest() {
        return container.getRequest();
    }

    @Override
    public ServletResponse getResponse() {
        return container.getResponse();
    }

    @Override
    public boolean hasOriginalRequestAndResponse() {
        return container.hasOriginalRequestAndResponse();
    }

    @Override
    public void addListener(AsyncListener listener) {
        container.addListener(listener);
    }

    @Override
    public void addListener(AsyncListener listener, ServletRequest request, ServletResponse response) {
        container.addListener(listener, request, response);
    }

    @Override
    public <T extends AsyncListener> T createListener(Class<T> type) throws ServletException {
        return container.createListener(type);
    }

    @Override
    public void setTimeout(long millis) {
        container.setTimeout(millis);
    }

    @Override
    public long getTimeout() {
        return container.getTimeout();
    }
}
