package dev.headroom.session.internal;

import dev.headroom.session.SharedSession;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionBindingEvent;
import jakarta.servlet.http.HttpSessionBindingListener;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The session as the application sees it. */
final class SessionView implements HttpSession, SharedSession {
    private final LiveSession session;

    SessionView(LiveSession session) {
        this.session = session;
    }

    LiveSession live() {
        return session;
    }

    @Override
    public long getCreationTime() {
        return session.locked(copy -> copy.base().createdMillis());
    }

    @Override
    public String getId() {
        return session.id();
    }

    @Override
    public long getLastAccessedTime() {
        return session.locked(copy -> copy.base().accessedMillis());
    }

    @Override
    public ServletContext getServletContext() {
        return session.context();
    }

    @Override
    public void setMaxInactiveInterval(int seconds) {
        session.maxInactiveSeconds(seconds);
    }

    @Override
    public int getMaxInactiveInterval() {
        return session.maxInactiveSeconds();
    }

    @Override
    @SuppressWarnings("NullAway") // the servlet API has no word for it: null is no attribute
    public Object getAttribute(String name) {
        return session.<@Nullable Object>locked(copy -> copy.get(name));
    }

    @Override
    public Enumeration<String> getAttributeNames() {
        Set<String> names = session.locked(WorkingCopy::names);
        return Collections.enumeration(List.copyOf(names));
    }

    @Override
    @SuppressWarnings("NullAway") // null removes, as the servlet API says
    public void setAttribute(String name, @Nullable Object value) {
        Object before = session.<@Nullable Object>locked(copy -> copy.put(name, value));
        rebound(name, before, value);
    }

    @Override
    public void removeAttribute(String name) {
        setAttribute(name, null);
    }

    @Override
    public void invalidate() {
        session.locked(copy -> true);
        session.invalidate();
    }

    @Override
    public boolean isNew() {
        return session.locked(copy -> session.fresh());
    }

    @Override
    public <T> @Nullable T get(String name, Class<T> type) {
        Object value = getAttribute(name);
        return type.isInstance(value) ? type.cast(value) : null;
    }

    @Override
    @SuppressWarnings("NullAway") // null is no attribute
    public <T> @Nullable T update(String name, Class<T> type, UnaryOperator<@Nullable T> change) {
        UnaryOperator<@Nullable Object> untyped = value -> change.apply(type.cast(value));
        return type.cast(session.<@Nullable Object>locked(copy -> copy.update(name, type, untyped)));
    }

    private void rebound(String name, @Nullable Object before, @Nullable Object after) {
        if (before == after) {
            return;
        }
        if (before instanceof HttpSessionBindingListener listener) {
            listener.valueUnbound(new HttpSessionBindingEvent(this, name, before));
        }
        if (after instanceof HttpSessionBindingListener listener) {
            listener.valueBound(new HttpSessionBindingEvent(this, name, after));
        }
    }
}
