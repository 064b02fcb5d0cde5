package dev.headroom.router.servlet;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;

/** Notices when the response is about to commit: too early does no harm, too late would lose the cookie. */
final class PositionResponse extends HttpServletResponseWrapper {
    /** The most bytes that one character takes in any encoding of the web. */
    private static final int MOST_BYTES_OF_CHARACTER = 4;

    private final PositionOnCommit position;
    private @Nullable ServletOutputStream stream;
    private @Nullable PrintWriter writer;
    private long written;
    private long length = -1;

    PositionResponse(HttpServletResponse response, PositionOnCommit position) {
        super(response);
        this.position = position;
    }

    /** So many bytes are about to be written. */
    void writing(long bytes) {
        written += bytes;
        boolean full = written >= getBufferSize();
        boolean complete = length >= 0 && written >= length;
        if (full || complete) {
            position.beforeCommit();
        }
    }

    void writingCharacters(int characters) {
        writing((long) characters * MOST_BYTES_OF_CHARACTER);
    }

    void flushing() {
        position.beforeCommit();
    }

    @Override
    public ServletOutputStream getOutputStream() throws IOException {
        if (stream == null) {
            stream = new PositionStream(super.getOutputStream(), this);
        }
        return stream;
    }

    @Override
    public PrintWriter getWriter() throws IOException {
        if (writer == null) {
            writer = new PositionWriter(super.getWriter(), this);
        }
        return writer;
    }

    @Override
    public void flushBuffer() throws IOException {
        position.beforeCommit();
        super.flushBuffer();
    }

    @Override
    public void sendError(int status) throws IOException {
        position.beforeCommit();
        super.sendError(status);
    }

    @Override
    public void sendError(int status, String message) throws IOException {
        position.beforeCommit();
        super.sendError(status, message);
    }

    @Override
    public void sendRedirect(String location) throws IOException {
        position.beforeCommit();
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
        position.beforeCommit();
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
        position.headersLost();
        stream = null;
        writer = null;
        written = 0;
        length = -1;
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
                position.beforeCommit(); // the container may do anything now
            }
        }
    }

    private void declared(long bytes) {
        length = bytes;
        if (written >= bytes) {
            position.beforeCommit();
        }
    }
}
