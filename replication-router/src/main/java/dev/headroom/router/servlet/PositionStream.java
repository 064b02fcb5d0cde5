package dev.headroom.router.servlet;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;

/** Counts what is written. */
final class PositionStream extends ServletOutputStream {
    private final ServletOutputStream delegate;
    private final PositionResponse response;

    PositionStream(ServletOutputStream delegate, PositionResponse response) {
        this.delegate = delegate;
        this.response = response;
    }

    @Override
    public void write(int value) throws IOException {
        response.writing(1);
        delegate.write(value);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        response.writing(length);
        delegate.write(bytes, offset, length);
    }

    @Override
    public void flush() throws IOException {
        response.flushing();
        delegate.flush();
    }

    @Override
    public void close() throws IOException {
        response.flushing();
        delegate.close();
    }

    @Override
    public boolean isReady() {
        return delegate.isReady();
    }

    @Override
    public void setWriteListener(WriteListener listener) {
        delegate.setWriteListener(listener);
    }
}
