package dev.headroom.servlet;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;

/** Notices when the response is about to commit: too early does no harm, too late would lose a header. */
final class CommitResponse extends HttpServletResponseWrapper {
    /** Jetty sends a single write of a quarter of its buffer at once. */
    private static final int LARGE_WRITE = 4096;

    private final CommitHooks.All hooks;
    private @Nullable ServletOutputStream stream;
    private @Nullable PrintWriter writer;
    private long written;
    private long length = -1;

    CommitResponse(HttpServletResponse response, CommitHooks.All hooks) {
        super(response);
        this.hooks = hooks;
    }

    CommitHooks.All hooks() {
        return hooks;
    }

    /** So many bytes, at most, are about to be written. */
    void writing(long bytes) {
        written += bytes;
        boolean full = bytes >= LARGE_WRITE || written >= getBufferSize();
        boolean complete = length >= 0 && written >= length;
        if ((full || complete) && !isCommitted()) {
            hooks.call();
        }
    }

    /** What has been written leaves now. */
    void committing() {
        hooks.call();
    }

    @Override
    public ServletOutputStream getOutputStream() throws IOException {
        ServletOutputStream open = stream;
        if (open == null) {
            open = new CommitStream(super.getOutputStream(), this);
            stream = open;
        }
        return open;
    }

    @Override
    public PrintWriter getWriter() throws IOException {
        PrintWriter open = writer;
        if (open == null) {
            open = new CommitWriter(super.getWriter(), this, getCharacterEncoding());
            writer = open;
        }
        return open;
    }

    @Override
    public void flushBuffer() throws IOException {
        hooks.call();
        super.flushBuffer();
    }

    @Override
    public void sendError(int status) throws IOException {
        hooks.call();
        super.sendError(status);
    }

    @Override
    public void sendError(int status, String message) throws IOException {
        hooks.call();
        super.sendError(status, message);
    }

    @Override
    public void sendRedirect(String location) throws IOException {
        hooks.call();
        super.sendRedirect(location);
    }

    // The next three override methods of servlet 6.1; this is compiled against 6.0.

    /** Redirects with a status. */
    public void sendRedirect(String location, int status) throws IOException {
        sendRedirect(location, status, true);
    }

    /** Redirects, keeping the body unless told to clear it. */
    public void sendRedirect(String location, boolean clearBuffer) throws IOException {
        sendRedirect(location, HttpServletResponse.SC_FOUND, clearBuffer);
    }

    /** Redirects with a status, keeping the body unless told to clear it. */
    public void sendRedirect(String location, int status, boolean clearBuffer) throws IOException {
        hooks.call();
        Redirect61.send((HttpServletResponse) getResponse(), location, status, clearBuffer);
    }

    @Override
    public void setContentLength(int bytes) {
        declared(bytes);
        super.setContentLength(bytes);
    }

    @Override
    public void setContentLengthLong(long bytes) {
        declared(bytes);
        super.setContentLengthLong(bytes);
    }

    @Override
    public void setHeader(String name, String value) {
        lengthIn(name, value);
        super.setHeader(name, value);
    }

    @Override
    public void addHeader(String name, String value) {
        lengthIn(name, value);
        super.addHeader(name, value);
    }

    @Override
    public void setIntHeader(String name, int value) {
        lengthIn(name, String.valueOf(value));
        super.setIntHeader(name, value);
    }

    @Override
    public void addIntHeader(String name, int value) {
        lengthIn(name, String.valueOf(value));
        super.addIntHeader(name, value);
    }

    @Override
    public void reset() {
        super.reset();
        stream = null;
        writer = null;
        written = 0;
        length = -1;
        hooks.headersLost();
    }

    @Override
    public void resetBuffer() {
        super.resetBuffer();
        written = 0;
    }

    private void lengthIn(String name, @Nullable String value) {
        if ("Content-Length".equalsIgnoreCase(name) && value != null) {
            try {
                declared(Long.parseLong(value.strip()));
            } catch (NumberFormatException e) {
                hooks.call(); // the container may do anything now
            }
        }
    }

    private void declared(long bytes) {
        length = bytes;
        if (bytes >= 0 && written >= bytes) {
            hooks.call();
        }
    }
}
