package dev.headroom.session.internal;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/** A response that lets the session be stored, and its cookie be set, before anything leaves. */
final class SessionResponse extends HttpServletResponseWrapper {
    /** Servlet 6.1's redirect with a status; null in a 6.0 container. */
    private static final @Nullable MethodHandle REDIRECT_61 = redirect61();

    private static final int FOUND = 302;

    private final HttpServletResponse response;
    private final CommitPoint commit;
    private @Nullable ServletOutputStream stream;
    private @Nullable PrintWriter writer;

    SessionResponse(HttpServletResponse response, RequestSession sessions) {
        super(response);
        this.response = response;
        this.commit = new CommitPoint(response, sessions);
    }

    @Override
    public ServletOutputStream getOutputStream() throws IOException {
        ServletOutputStream open = stream;
        if (open == null) {
            open = new SessionOutputStream(super.getOutputStream(), commit);
            stream = open;
        }
        return open;
    }

    @Override
    public PrintWriter getWriter() throws IOException {
        PrintWriter open = writer;
        if (open == null) {
            open = new SessionWriter(super.getWriter(), commit, getCharacterEncoding());
            writer = open;
        }
        return open;
    }

    @Override
    public void flushBuffer() throws IOException {
        commit.now();
        super.flushBuffer();
    }

    @Override
    public void sendError(int status) throws IOException {
        commit.maybeNow();
        super.sendError(status);
    }

    @Override
    public void sendError(int status, String message) throws IOException {
        commit.maybeNow();
        super.sendError(status, message);
    }

    @Override
    public void sendRedirect(String location) throws IOException {
        commit.maybeNow();
        super.sendRedirect(location);
    }

    // The next three override methods of servlet 6.1; this is compiled against 6.0.

    /** Redirects with a status. */
    public void sendRedirect(String location, int status) throws IOException {
        sendRedirect(location, status, true);
    }

    /** Redirects, keeping the body unless told to clear it. */
    public void sendRedirect(String location, boolean clearBuffer) throws IOException {
        sendRedirect(location, FOUND, clearBuffer);
    }

    /** Redirects with a status, keeping the body unless told to clear it. */
    public void sendRedirect(String location, int status, boolean clearBuffer) throws IOException {
        commit.maybeNow();
        MethodHandle redirect = REDIRECT_61;
        if (redirect == null) {
            throw new UnsupportedOperationException("sendRedirect with a status (expected: a servlet 6.1 container)");
        }
        try {
            redirect.invokeExact(response, location, status, clearBuffer);
        } catch (IOException | RuntimeException | Error thrown) {
            throw thrown;
        } catch (Throwable undeclared) {
            throw new IllegalStateException("sendRedirect: " + undeclared, undeclared);
        }
    }

    @Override
    public void setContentLength(int length) {
        commit.contentLength(length);
        super.setContentLength(length);
    }

    @Override
    public void setContentLengthLong(long length) {
        commit.contentLength(length);
        super.setContentLengthLong(length);
    }

    @Override
    public void setHeader(String name, String value) {
        noteLength(name, value);
        super.setHeader(name, value);
    }

    @Override
    public void addHeader(String name, String value) {
        noteLength(name, value);
        super.addHeader(name, value);
    }

    @Override
    public void setIntHeader(String name, int value) {
        noteLength(name, Integer.toString(value));
        super.setIntHeader(name, value);
    }

    @Override
    public void addIntHeader(String name, int value) {
        noteLength(name, Integer.toString(value));
        super.addIntHeader(name, value);
    }

    @Override
    public void reset() {
        super.reset();
        stream = null;
        writer = null;
        commit.headLost();
    }

    @Override
    public void resetBuffer() {
        super.resetBuffer();
        commit.bodyLost();
    }

    @Override
    public String encodeURL(String url) {
        return url;
    }

    @Override
    public String encodeRedirectURL(String url) {
        return url;
    }

    private void noteLength(String name, @Nullable String value) {
        if (name.equalsIgnoreCase("Content-Length") && value != null) {
            try {
                commit.contentLength(Long.parseLong(value.strip()));
            } catch (NumberFormatException notALength) {
                commit.contentLength(-1);
            }
        }
    }

    private static @Nullable MethodHandle redirect61() {
        try {
            MethodType type = MethodType.methodType(void.class, String.class, int.class, boolean.class);
            return MethodHandles.publicLookup().findVirtual(HttpServletResponse.class, "sendRedirect", type);
        } catch (NoSuchMethodException | IllegalAccessException servlet60) {
            return null;
        }
    }
}
