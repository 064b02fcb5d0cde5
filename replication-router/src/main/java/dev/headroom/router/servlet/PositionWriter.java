package dev.headroom.router.servlet;

import java.io.PrintWriter;

/** Counts what is written. */
final class PositionWriter extends PrintWriter {
    private final PrintWriter delegate;
    private final PositionResponse response;

    PositionWriter(PrintWriter delegate, PositionResponse response) {
        super(delegate);
        this.delegate = delegate;
        this.response = response;
    }

    @Override
    public void write(int character) {
        response.writingCharacters(1);
        delegate.write(character);
    }

    @Override
    public void write(char[] characters, int offset, int length) {
        response.writingCharacters(length);
        delegate.write(characters, offset, length);
    }

    @Override
    public void write(String text, int offset, int length) {
        response.writingCharacters(length);
        delegate.write(text, offset, length);
    }

    @Override
    public void println() {
        write(System.lineSeparator());
    }

    @Override
    public void flush() {
        response.flushing();
        delegate.flush();
    }

    @Override
    public void close() {
        response.flushing();
        delegate.close();
    }

    @Override
    public boolean checkError() {
        response.flushing();
        return delegate.checkError();
    }
}
