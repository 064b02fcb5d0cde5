package dev.headroom.session.internal;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;

/** A body's characters, counted as the most bytes that they can be before they are written. */
final class SessionWriter extends PrintWriter {
    private final PrintWriter container;

    SessionWriter(PrintWriter container, CommitPoint commit, String charset) {
        super(new Counting(container, commit, bytesPerCharacter(charset)));
        this.container = container;
    }

    @Override
    public boolean checkError() {
        flush();
        return container.checkError();
    }

    private static long bytesPerCharacter(String charset) {
        try {
            Charset known = Charset.forName(charset);
            return known.canEncode() ? (long) Math.ceil(known.newEncoder().maxBytesPerChar()) : 4;
        } catch (IllegalCharsetNameException | UnsupportedCharsetException unknown) {
            return 4;
        }
    }

    private static final class Counting extends Writer {
        private final PrintWriter out;
        private final CommitPoint commit;
        private final long bytesPerCharacter;

        Counting(PrintWriter out, CommitPoint commit, long bytesPerCharacter) {
            this.out = out;
            this.commit = commit;
            this.bytesPerCharacter = bytesPerCharacter;
        }

        @Override
        public void write(int c) {
            commit.writing(bytesPerCharacter);
            out.write(c);
        }

        @Override
        public void write(char[] characters, int from, int length) {
            commit.writing(length * bytesPerCharacter);
            out.write(characters, from, length);
        }

        @Override
        public void write(String text, int from, int length) {
            commit.writing(length * bytesPerCharacter);
            out.write(text, from, length);
        }

        @Override
        public void flush() throws IOException {
            commit.now();
            out.flush();
        }

        @Override
        public void close() {
            commit.now();
            out.close();
        }
    }
}
