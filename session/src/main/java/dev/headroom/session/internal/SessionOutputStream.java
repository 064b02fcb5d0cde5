package dev.headroom.session.internal;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;

/** A body's bytes, counted before they are written. */
final class SessionOutputStream extends ServletOutputStream {
    private final ServletOutputStream out;
    private final CommitPoint commit;

    SessionOutputStream(ServletOutputStream out, CommitPoint commit) {
        this.out = out;
        this.commit = commit;
    }

    @Override
    public void write(int b) throws IOException {
        commit.writing(1);
        out.write(b);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        commit.writing(length);
        out.write(bytes, from, length);
    }

    @Override
    public void flush() throws IOException {
        commit.now();
        out.flush();
    }

    @Override
    public void close() throws IOException {
        commit.now();
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
