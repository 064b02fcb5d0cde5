package dev.headroom.internal.debug;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The response of a debugged request: holds an HTML page back until its dispatch ends and puts a block at its end; lets everything else
 * through untouched, and everything from the moment that the request goes asynchronous or the page is larger than 2 MiB.
 */
public final class DebugResponse extends HttpServletResponseWrapper {
    static final int LARGEST_PAGE = 2 << 20;

    private enum State {
        UNDECIDED,
        HOLDING,
        THROUGH
    }

    private final ByteArrayOutputStream held = new ByteArrayOutputStream();
    private final boolean hasBody;
    private State state = State.UNDECIDED;
    private long length = -1;
    private @Nullable Sink stream;
    private @Nullable PrintWriter writer;

    /** A response around the container's; {@code hasBody} is false for the answer to {@code HEAD}. */
    public DebugResponse(HttpServletResponse response, boolean hasBody) {
        super(response);
        this.hasBody = hasBody;
    }

    /** Sends what was held back, with the block at its end. */
    public void finish(Supplier<String> block) throws IOException {
        if (state != State.HOLDING) {
            letThrough();
            return;
        }
        state = State.THROUGH;
        if (isCommitted()) {
            return;
        }
        byte[] page = held.toByteArray();
        boolean shown = page.length > 0 && getHeader("Content-Encoding") == null;
        byte[] added = shown ? block.get().getBytes(Charset.forName(getCharacterEncoding())) : new byte[0];
        int at = shown ? HtmlEnd.find(page) : page.length;
        if (shown) {
            super.setHeader("Cache-Control", "no-store");
        }
        super.setContentLengthLong((long) page.length + added.length);
        ServletOutputStream out = super.getOutputStream();
        out.write(page, 0, at);
        out.write(added);
        out.write(page, at, page.length - at);
    }

    /** From now on nothing is held back: sends what is, without a block. */
    public void letThrough() throws IOException {
        if (state == State.THROUGH) {
            return;
        }
        boolean holding = state == State.HOLDING;
        state = State.THROUGH;
        if (length >= 0) {
            super.setContentLengthLong(length);
        }
        if (holding && held.size() > 0) {
            held.writeTo(super.getOutputStream());
            held.reset();
        }
    }

    /** Forgets what was held back; the container goes on by itself. */
    public void discard() {
        held.reset();
        state = State.THROUGH;
    }

    @Override
    public ServletOutputStream getOutputStream() {
        if (writer != null) {
            throw new IllegalStateException("getWriter() was called for this response");
        }
        if (stream == null) {
            stream = new Sink();
        }
        return stream;
    }

    @Override
    public PrintWriter getWriter() {
        if (writer == null) {
            if (stream != null) {
                throw new IllegalStateException("getOutputStream() was called for this response");
            }
            String charset = getCharacterEncoding();
            super.setCharacterEncoding(charset);
            writer = new PrintWriter(new PromptWriter(new Sink(), Charset.forName(charset)));
        }
        return writer;
    }

    @Override
    public void flushBuffer() throws IOException {
        decide();
        if (state == State.THROUGH) {
            super.flushBuffer();
        }
    }

    @Override
    public void resetBuffer() {
        held.reset();
        super.resetBuffer();
    }

    @Override
    public void reset() {
        held.reset();
        super.reset();
        stream = null;
        writer = null;
        length = -1;
        state = State.UNDECIDED;
    }

    @Override
    public void sendError(int status) throws IOException {
        discard();
        super.sendError(status);
    }

    @Override
    public void sendError(int status, String message) throws IOException {
        discard();
        super.sendError(status, message);
    }

    @Override
    public void sendRedirect(String location) throws IOException {
        discard();
        super.sendRedirect(location);
    }

    @Override
    public void setContentLength(int length) {
        setContentLengthLong(length);
    }

    @Override
    public void setContentLengthLong(long length) {
        if (state == State.THROUGH) {
            super.setContentLengthLong(length);
        } else {
            this.length = length;
        }
    }

    @Override
    public void setHeader(String name, String value) {
        if (!isLength(name, value)) {
            super.setHeader(name, value);
        }
    }

    @Override
    public void addHeader(String name, String value) {
        if (!isLength(name, value)) {
            super.addHeader(name, value);
        }
    }

    @Override
    public void setIntHeader(String name, int value) {
        if (!isLength(name, Integer.toString(value))) {
            super.setIntHeader(name, value);
        }
    }

    private boolean isLength(String name, @Nullable String value) {
        if (state == State.THROUGH || value == null || !name.equalsIgnoreCase("Content-Length")) {
            return false;
        }
        length = Long.parseLong(value.strip());
        return true;
    }

    private void decide() throws IOException {
        if (state != State.UNDECIDED) {
            return;
        }
        String type = getContentType();
        boolean page = type != null && type.regionMatches(true, 0, "text/html", 0, 9);
        if (page && hasBody && getHeader("Content-Encoding") == null && !isCommitted()) {
            state = State.HOLDING;
        } else {
            letThrough();
        }
    }

    private void write(byte[] bytes, int from, int count) throws IOException {
        if (state == State.UNDECIDED) {
            decide();
        }
        if (state == State.HOLDING && held.size() + (long) count > LARGEST_PAGE) {
            state = State.THROUGH;
            if (length >= 0) {
                super.setContentLengthLong(length);
            }
            held.writeTo(super.getOutputStream());
            held.reset();
        }
        if (state == State.HOLDING) {
            held.write(bytes, from, count);
        } else {
            super.getOutputStream().write(bytes, from, count);
        }
    }

    private ServletOutputStream through() throws IOException {
        return super.getOutputStream();
    }

    private final class Sink extends ServletOutputStream {
        @Override
        public void write(int b) throws IOException {
            DebugResponse.this.write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            DebugResponse.this.write(bytes, from, count);
        }

        @Override
        public void flush() throws IOException {
            if (state == State.THROUGH) {
                through().flush();
            }
        }

        @Override
        public boolean isReady() {
            try {
                return state != State.THROUGH || through().isReady();
            } catch (IOException e) {
                return true;
            }
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            try {
                letThrough();
                through().setWriteListener(listener);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }
}
