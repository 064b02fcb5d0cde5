package dev.headroom.cache.servlet;

import dev.headroom.servlet.BodyResponse;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Holds a page back while it is rendered, apart from the container's response: what outer filters set there for this visitor is not part of
 * the page.
 *
 * <p>A flush is ignored while the headers so far say that the page may be kept; at the first flush that they don't, when the body grows
 * too large and when the request goes asynchronous, everything goes through: what is held is sent, and what follows is written as
 * usual. Where the visitor has got an answer already, it goes nowhere instead.
 */
final class PageResponse extends BodyResponse {
    /** With two digits for the day, as RFC 9110 has it. */
    private static final DateTimeFormatter HTTP_DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH);

    private enum State {
        HOLDING,
        THROUGH,
        NOWHERE
    }

    private final PageHeaders headers = new PageHeaders();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final int maximumBody;
    private final boolean answered;
    private final Runnable onThrough;
    private BooleanSupplier mayBeKept = () -> true;
    private State state = State.HOLDING;
    private boolean flushed;
    private int error;
    private @Nullable String errorMessage;

    /**
     * A response that holds a page.
     *
     * @param answered whether the visitor has got an answer already
     * @param onThrough told when it is clear that the page can't be kept
     */
    PageResponse(HttpServletResponse response, int maximumBody, boolean answered, Runnable onThrough) {
        super(response);
        this.maximumBody = maximumBody;
        this.answered = answered;
        this.onThrough = onThrough;
    }

    /** Asked at a flush: whether the page may still be kept. */
    void mayBeKept(BooleanSupplier mayBeKept) {
        this.mayBeKept = mayBeKept;
    }

    PageHeaders headers() {
        return headers;
    }

    /** Ends the rendering; true if the page is held, whole. */
    boolean finish() {
        return state == State.HOLDING;
    }

    byte[] body() {
        return body.toByteArray();
    }

    /** The error that was sent instead of a page, 0 if none. */
    int error() {
        return error;
    }

    @Nullable String errorMessage() {
        return errorMessage;
    }

    /** From now on nothing is held back. */
    void letThrough() {
        if (state != State.HOLDING || error != 0) {
            return;
        }
        try {
            open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void open() throws IOException {
        if (state != State.HOLDING) {
            return;
        }
        state = answered ? State.NOWHERE : State.THROUGH;
        onThrough.run();
        if (isThrough()) {
            headers.copyTo(real());
            if (body.size() > 0) {
                body.writeTo(real().getOutputStream());
            }
        }
        body.reset();
    }

    private HttpServletResponse real() {
        return (HttpServletResponse) getResponse();
    }

    @Override
    protected boolean isThrough() {
        return state == State.THROUGH;
    }

    @Override
    protected void take(byte[] bytes, int from, int count) throws IOException {
        if (state == State.HOLDING && error == 0 && body.size() + (long) count > maximumBody) {
            open();
        }
        if (isThrough()) {
            real().getOutputStream().write(bytes, from, count);
        } else if (state == State.HOLDING && error == 0) {
            body.write(bytes, from, count);
        }
    }

    @Override
    public void flushBuffer() throws IOException {
        flushed = true;
        if (state == State.HOLDING && error == 0 && !mayBeKept.getAsBoolean()) {
            letThrough();
        }
        if (isThrough()) {
            real().flushBuffer();
        }
    }

    @Override
    public boolean isCommitted() {
        return state == State.HOLDING ? flushed || error != 0 : state == State.NOWHERE || super.isCommitted();
    }

    @Override
    public void reset() {
        resetBuffer();
        if (isThrough()) {
            super.reset();
        }
        headers.clear();
        forgetChoice();
    }

    @Override
    public void resetBuffer() {
        if (isCommitted()) {
            throw new IllegalStateException("the response is committed");
        }
        if (isThrough()) {
            super.resetBuffer();
        }
        body.reset();
    }

    @Override
    public void setBufferSize(int size) {
        if (isThrough()) {
            super.setBufferSize(size);
        }
    }

    @Override
    public void sendError(int status) throws IOException {
        sendError(status, null);
    }

    @Override
    public void sendError(int status, @Nullable String message) throws IOException {
        if (isThrough()) {
            super.sendError(status, message);
            return;
        }
        if (isCommitted()) {
            throw new IllegalStateException("the response is committed");
        }
        error = status;
        errorMessage = message;
        headers.status(status);
        body.reset();
    }

    @Override
    public void sendRedirect(String location) throws IOException {
        redirect(location, SC_FOUND, true);
    }

    /** Overrides what Servlet 6.1 added. */
    public void sendRedirect(String location, int status, boolean clearBuffer) throws IOException {
        redirect(location, status, clearBuffer);
    }

    private void redirect(String location, int status, boolean clearBuffer) throws IOException {
        if (clearBuffer) {
            resetBuffer();
        }
        setStatus(status);
        setHeader("Location", location);
        flushed = true;
    }

    @Override
    public void setStatus(int status) {
        headers.status(status);
        if (isThrough()) {
            super.setStatus(status);
        }
    }

    @Override
    public int getStatus() {
        return headers.status();
    }

    @Override
    public void addCookie(Cookie cookie) {
        if (isThrough()) {
            super.addCookie(cookie);
        } else {
            headers.cookie(cookie);
        }
    }

    @Override
    public boolean containsHeader(String name) {
        return !headers.get(name).isEmpty() || super.containsHeader(name);
    }

    @Override
    public @Nullable String getHeader(String name) {
        List<String> own = headers.get(name);
        return own.isEmpty() ? super.getHeader(name) : own.get(0);
    }

    @Override
    public Collection<String> getHeaders(String name) {
        List<String> own = headers.get(name);
        return own.isEmpty() ? super.getHeaders(name) : own;
    }

    @Override
    public Collection<String> getHeaderNames() {
        Set<String> names = new LinkedHashSet<>(super.getHeaderNames());
        names.addAll(headers.names());
        return names;
    }

    @Override
    public void setHeader(String name, @Nullable String value) {
        headers.set(name, value);
        if (isThrough()) {
            super.setHeader(name, value);
        }
    }

    @Override
    public void addHeader(String name, @Nullable String value) {
        headers.add(name, value);
        if (isThrough()) {
            super.addHeader(name, value);
        }
    }

    @Override
    public void setIntHeader(String name, int value) {
        setHeader(name, Integer.toString(value));
    }

    @Override
    public void addIntHeader(String name, int value) {
        addHeader(name, Integer.toString(value));
    }

    @Override
    public void setDateHeader(String name, long date) {
        setHeader(name, httpDate(date));
    }

    @Override
    public void addDateHeader(String name, long date) {
        addHeader(name, httpDate(date));
    }

    @Override
    public void setContentLength(int length) {
        setContentLengthLong(length);
    }

    @Override
    public void setContentLengthLong(long length) {
        setHeader("Content-Length", Long.toString(length));
    }

    @Override
    public void setContentType(@Nullable String type) {
        String before = headers.charset();
        headers.type(type);
        if (hasWriter()) {
            headers.charset(before);
        }
        if (isThrough()) {
            super.setContentType(type);
        }
    }

    @Override
    public @Nullable String getContentType() {
        return headers.type();
    }

    @Override
    public void setCharacterEncoding(@Nullable String charset) {
        if (!hasWriter()) {
            headers.charset(charset);
        }
        if (isThrough()) {
            super.setCharacterEncoding(charset);
        }
    }

    @Override
    public String getCharacterEncoding() {
        String own = headers.charset();
        return own == null ? "ISO-8859-1" : own;
    }

    @Override
    public void setLocale(Locale locale) {
        setHeader("Content-Language", locale.toLanguageTag());
    }

    private static String httpDate(long date) {
        return HTTP_DATE.format(Instant.ofEpochMilli(date).atOffset(ZoneOffset.UTC));
    }

    @Override
    protected void flushBody() throws IOException {
        flushBuffer();
    }

    @Override
    protected void goThrough() {
        letThrough();
    }
}
