package dev.headroom.servlet;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import org.jspecify.annotations.Nullable;

/**
 * A response whose body is given to a subclass, which holds it back or lets it through to the container; for filters that change or keep whole bodies.
 *
 * <p>Bytes come as soon as they are written: the writer encodes at once, so that nothing is left behind in it. Like the container's it is used by one thread at a time.
 */
public abstract class BodyResponse extends HttpServletResponseWrapper {
    private @Nullable ServletOutputStream stream;
    private @Nullable PrintWriter writer;

    /** A response around the container's. */
    protected BodyResponse(HttpServletResponse response) {
        super(response);
    }

    /** Takes what was written. */
    protected abstract void take(byte[] bytes, int from, int count) throws IOException;

    /** Somebody flushed the stream or the writer. */
    protected abstract void flushBody() throws IOException;

    /** Whether what is written goes through to the container. */
    protected abstract boolean isThrough();

    /** From now on everything goes through: somebody writes asynchronously. */
    protected abstract void goThrough() throws IOException;

    /** The container's own stream. */
    protected final ServletOutputStream containersStream() throws IOException {
        return super.getOutputStream();
    }

    /** Whether the application has chosen to write characters. */
    protected final boolean hasWriter() {
        return writer != null;
    }

    /** The application may choose again, as after a reset. */
    protected final void forgetChoice() {
        stream = null;
        writer = null;
    }

    @Override
    public final ServletOutputStream getOutputStream() {
        if (writer != null) {
            throw new IllegalStateException("getWriter() was called for this response");
        }
        if (stream == null) {
            stream = new Sink();
        }
        return stream;
    }

    @Override
    public final PrintWriter getWriter() {
        if (writer == null) {
            if (stream != null) {
                throw new IllegalStateException("getOutputStream() was called for this response");
            }
            String charset = getCharacterEncoding();
            setCharacterEncoding(charset);
            writer = new PrintWriter(new PromptWriter(new Sink(), Charset.forName(charset)));
        }
        return writer;
    }

    private final class Sink extends ServletOutputStream {
        @Override
        public void write(int b) throws IOException {
            take(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            take(bytes, from, count);
        }

        @Override
        public void flush() throws IOException {
            flushBody();
        }

        @Override
        public boolean isReady() {
            try {
                return !isThrough() || containersStream().isReady();
            } catch (IOException e) {
                return true;
            }
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            try {
                goThrough();
                containersStream().setWriteListener(listener);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
