package dev.headroom.internal.debug;

import dev.headroom.servlet.BodyResponse;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The response of a debugged request: holds an HTML page back until its dispatch ends and puts a block at its end; lets everything else
 * through untouched, and everything from the moment that the request goes asynchronous or the page is larger than 2 MiB.
 */
public final class DebugResponse extends BodyResponse {
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
        ServletOutputStream out = containersStream();
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
            held.writeTo(containersStream());
            held.reset();
        }
    }

    /** Forgets what was held back; the container goes on by itself. */
    public void discard() {
        held.reset();
        state = State.THROUGH;
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
        forgetChoice();
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

    @Override
    protected void take(byte[] bytes, int from, int count) throws IOException {
        if (state == State.UNDECIDED) {
            decide();
        }
        if (state == State.HOLDING && held.size() + (long) count > LARGEST_PAGE) {
            state = State.THROUGH;
            if (length >= 0) {
                super.setContentLengthLong(length);
            }
            held.writeTo(containersStream());
            held.reset();
        }
        if (state == State.HOLDING) {
            held.write(bytes, from, count);
        } else {
            containersStream().write(bytes, from, count);
        }
    }

    @Override
    protected void flushBody() throws IOException {
        if (isThrough()) {
            containersStream().flush();
        }
    }

    @Override
    protected boolean isThrough() {
        return state == State.THROUGH;
    }

    @Override
    protected void goThrough() throws IOException {
        letThrough();
    }
}
