package dev.headroom.servlet;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.Locale;

/** A body's characters, counted as bytes before they are written. */
final class CommitWriter extends PrintWriter {
    private final PrintWriter container;

    CommitWriter(PrintWriter container, CommitResponse response, String charset) {
        super(new Counting(container, response, charset.toUpperCase(Locale.ROOT)));
        this.container = container;
    }

    @Override
    public boolean checkError() {
        flush();
        return container.checkError();
    }

    private static final class Counting extends Writer {
        /** The most bytes that one character takes in any encoding of the web. */
        private static final int MOST_BYTES = 4;

        private final PrintWriter out;
        private final CommitResponse response;
        private final boolean utf8;
        private final int bytesPerCharacter;

        Counting(PrintWriter out, CommitResponse response, String charset) {
            this.out = out;
            this.response = response;
            this.utf8 = charset.equals("UTF-8");
            boolean single = charset.startsWith("ISO-8859-") || charset.equals("US-ASCII");
            this.bytesPerCharacter = single ? 1 : MOST_BYTES;
        }

        @Override
        public void write(int character) {
            response.writing(utf8 ? bytes((char) character) : bytesPerCharacter);
            out.write(character);
        }

        @Override
        public void write(char[] characters, int offset, int length) {
            long bytes = (long) length * bytesPerCharacter;
            if (utf8) {
                bytes = 0;
                for (int i = offset; i < offset + length; i++) {
                    bytes += bytes(characters[i]);
                }
            }
            response.writing(bytes);
            out.write(characters, offset, length);
        }

        @Override
        public void write(String text, int offset, int length) {
            long bytes = (long) length * bytesPerCharacter;
            if (utf8) {
                bytes = 0;
                for (int i = offset; i < offset + length; i++) {
                    bytes += bytes(text.charAt(i));
                }
            }
            response.writing(bytes);
            out.write(text, offset, length);
        }

        /** In UTF-8; half of a pair takes half of its four bytes. */
        private static int bytes(char character) {
            if (character < 0x80) {
                return 1;
            }
            return character < 0x800 || Character.isSurrogate(character) ? 2 : 3;
        }

        @Override
        public void flush() throws IOException {
            response.committing();
            out.flush();
        }

        @Override
        public void close() {
            response.committing();
            out.close();
        }
    }
}
