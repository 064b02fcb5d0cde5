package dev.headroom.cache.servlet;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
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
final class PageResponse extends HttpServletResponseWrapper {
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
    private boolean draining;
    private int error;
    private @Nullable String errorMessage;
    private @Nullable Sink stream;
    private @Nullable PrintWriter writer;

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
        if (state == State.HOLDING) { // else an asynchronous thread may be writing
            drainWriter();
        }
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
        drainWriter();
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
        if (through()) {
            headers.copyTo(real());
            if (body.size() > 0) {
                body.writeTo(real().getOutputStream());
            }
        }
        body.reset();
    }

    /** What the writer has not given on yet; not a flush of the response. */
    private void drainWriter() {
        if (writer != null && !draining) {
            draining = true;
            try {
                writer.flush();
            } finally {
                draining = false;
            }
        }
    }

    private HttpServletResponse real() {
        return (HttpServletResponse) getResponse();
    }

    private boolean through() {
        return state == State.THROUGH;
    }

    private void write(byte[] bytes, int from, int count) throws IOException {
        if (state == State.HOLDING && error == 0 && body.size() + (long) count > maximumBody) {
            open();
        }
        if (through()) {
            real().getOutputStream().write(bytes, from, count);
        } else if (state == State.HOLDING && error == 0) {
            body.write(bytes, from, count);
        }
    }

    @Override
    public void flushBuffer() throws IOException {
        if (draining) {
            return;
        }
        drainWriter();
        flushed = true;
        if (state == State.HOLDING && error == 0 && !mayBeKept.getAsBoolean()) {
            letThrough();
        }
        if (through()) {
            real().flushBuffer();
        }
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
            headers.charset(charset);
            writer = new PrintWriter(new Encoder(new Sink(), Charset.forName(charset)));
        }
        return writer;
    }

    @Override
    public boolean isCommitted() {
        return state == State.HOLDING ? flushed || error != 0 : state == State.NOWHERE || super.isCommitted();
    }

    @Override
    public void reset() {
        resetBuffer();
        if (through()) {
            super.reset();
        }
        headers.clear();
        stream = null;
        writer = null;
    }

    @Override
    public void resetBuffer() {
        if (isCommitted()) {
            throw new IllegalStateException("the response is committed");
        }
        if (through()) {
            super.resetBuffer();
        }
        drainWriter();
        body.reset();
    }

    @Override
    public void setBufferSize(int size) {
        if (through()) {
            super.setBufferSize(size);
        }
    }

    @Override
    public void sendError(int status) throws IOException {
        sendError(status, null);
    }

    @Override
    public void sendError(int status, @Nullable String message) throws IOException {
        if (through()) {
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
        if (through()) {
            super.setStatus(status);
        }
    }

    @Override
    public int getStatus() {
        return headers.status();
    }

    @Override
    public void addCookie(Cookie cookie) {
        if (through()) {
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
        if (through()) {
            super.setHeader(name, value);
        }
    }

    @Override
    public void addHeader(String name, @Nullable String value) {
        headers.add(name, value);
        if (through()) {
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
        if (writer != null) {
            headers.charset(before);
        }
        if (through()) {
            super.setContentType(type);
        }
    }

    @Override
    public @Nullable String getContentType() {
        return headers.type();
    }

    @Override
    public void setCharacterEncoding(@Nullable String charset) {
        if (writer == null) {
            headers.charset(charset);
        }
        if (through()) {
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

    /** Keeps nothing back once the page goes through: who completes an asynchronous response does not flush it. */
    private final class Encoder extends OutputStreamWriter {
        Encoder(Sink sink, Charset charset) {
            super(sink, charset);
        }

        @Override
        public void write(int c) throws IOException {
            super.write(c);
            prompt();
        }

        @Override
        public void write(char[] chars, int from, int count) throws IOException {
            super.write(chars, from, count);
            prompt();
        }

        @Override
        public void write(String text, int from, int count) throws IOException {
            super.write(text, from, count);
            prompt();
        }

        private void prompt() throws IOException {
            if (through() && !draining) {
                draining = true;
                try {
                    flush();
                } finally {
                    draining = false;
                }
            }
        }
    }

    private final class Sink extends ServletOutputStream {
        @Override
        public void write(int b) throws IOException {
            PageResponse.this.write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            PageResponse.this.write(bytes, from, count);
        }

        @Override
        public void flush() throws IOException {
            flushBuffer();
        }

        @Override
        public boolean isReady() {
            try {
                return !through() || real().getOutputStream().isReady();
            } catch (IOException e) {
                return true;
            }
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            letThrough();
            try {
                real().getOutputStream().setWriteListener(listener);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
