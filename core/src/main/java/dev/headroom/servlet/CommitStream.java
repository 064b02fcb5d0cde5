package dev.headroom.servlet;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;

/** A body's bytes, counted before they are written. */
final class CommitStream extends ServletOutputStream {
    private final ServletOutputStream out;
    private final CommitResponse response;

    CommitStream(ServletOutputStream out, CommitResponse response) {
        this.out = out;
        this.response = response;
    }

    @Override
    public void write(int value) throws IOException {
        response.writing(1);
        out.write(value);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        response.writing(length);
        out.write(bytes, offset, length);
    }

    @Override
    public void flush() throws IOException {
        response.committing();
        out.flush();
    }

    @Override
    public void close() throws IOException {
        response.committing();
        out.close();
    }

    @Override
    public boolean isReady() {
        return out.isReady();
    }

    @Override
    public void setWriteListener(WriteListener listener) {
        out.setWriteListener(listener);
    }
}
