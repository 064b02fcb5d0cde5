package dev.headroom.servlet;

import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.Charset;

/** Encodes at once, so that nothing is left behind when nobody flushes; tells the stream to flush only when it is told to. */
final class PromptWriter extends Writer {
    private final OutputStream out;
    private final Writer encoder;

    PromptWriter(OutputStream out, Charset charset) {
        this.out = out;
        this.encoder = new OutputStreamWriter(new Unflushed(out), charset);
    }

    @Override
    public void write(char[] chars, int from, int count) throws IOException {
        encoder.write(chars, from, count);
        encoder.flush();
    }

    @Override
    public void flush() throws IOException {
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.flush();
    }

    private static final class Unflushed extends OutputStream {
        private final OutputStream out;

        Unflushed(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            out.write(bytes, from, count);
        }
    }
}
