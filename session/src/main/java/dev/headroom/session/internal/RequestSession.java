package dev.headroom.session.internal;

import dev.headroom.servlet.CommitHook;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What the filter keeps with a request over all its dispatches: whether the session was looked for, what was found, and whether the
 * response has the cookie yet.
 */
final class RequestSession implements CommitHook {
    private final SessionEngine engine;
    private final SessionSaver saver;
    private final SessionCookie cookie;
    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable List<String> requested;
    private boolean lookedFor;
    private @Nullable String foundId;
    private @Nullable SessionView view;
    private String cookieSent = "";

    RequestSession(SessionEngine engine, SessionSaver saver, HttpServletRequest request, HttpServletResponse response) {
        this.engine = engine;
        this.saver = saver;
        this.cookie = new SessionCookie(engine.options().cookie());
        this.request = request;
        this.response = response;
    }

    @Nullable SessionView session(boolean create) {
        lock.lock();
        try {
            if (view != null && view.live().invalid()) {
                view = null;
            } else if (view == null && !lookedFor) {
                view = find();
            }
            if (view == null && create) {
                view = create();
            }
            return view;
        } finally {
            lock.unlock();
        }
    }

    /** The identifier that the request brought, whether there is such a session or not. */
    @Nullable String requestedId() {
        List<String> ids = requested();
        return foundId != null ? foundId : ids.isEmpty() ? null : ids.get(0);
    }

    boolean requestedIdValid() {
        session(false);
        SessionView now = view;
        return foundId != null
                && now != null
                && now.getId().equals(foundId)
                && !now.live().invalid();
    }

    String changeId() {
        SessionView session = session(false);
        if (session == null) {
            throw new IllegalStateException("session: none (expected: one, to change its identifier)");
        }
        return session.live().changeId();
    }

    /** Stores what changed and sets the cookie. */
    @Override
    public void beforeCommit() {
        SessionView now = view;
        if (now != null) {
            now.live().save();
        }
        writeCookie();
    }

    @Override
    public void headersLost() {
        cookieSent = "";
    }

    private void writeCookie() {
        if (response.isCommitted()) {
            return;
        }
        String header = cookieToSend();
        if (!header.isEmpty() && !header.equals(cookieSent)) {
            response.addHeader("Set-Cookie", header);
            cookieSent = header;
        }
    }

    private String cookieToSend() {
        SessionView now = view;
        boolean alive = now != null && !now.live().invalid();
        if (alive && now != null && !now.getId().equals(foundId)) {
            return cookie.set(now.getId(), request.isSecure());
        }
        boolean over = !alive && lookedFor && !requested().isEmpty();
        return over ? cookie.expire(request.isSecure()) : "";
    }

    private @Nullable SessionView find() {
        for (String id : requested()) {
            Optional<Loaded> loaded = engine.load(engine.ids().key(id));
            if (loaded.isPresent()) {
                lookedFor = true;
                foundId = id;
                return view(id, loaded.get());
            }
        }
        lookedFor = true;
        return null;
    }

    private SessionView create() {
        if (response.isCommitted()) {
            throw new IllegalStateException("session: none (expected: to be made before the response is committed)");
        }
        return view(engine.ids().create(), engine.create());
    }

    private SessionView view(String id, Loaded loaded) {
        return new SessionView(new LiveSession(engine, saver, request.getServletContext(), id, loaded));
    }

    private List<String> requested() {
        List<String> ids = requested;
        if (ids == null) {
            ids = cookie.ids(request);
            requested = ids;
        }
        return ids;
    }
}
