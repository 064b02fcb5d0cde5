package dev.headroom.examples.storm.load;

import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Reads HTTP/1.1 responses from whatever pieces they come in: with a length, in chunks, or up to the connection's end.
 * Bodies are counted, not kept. Not thread-safe.
 */
final class ResponseParser {
    private static final int LONGEST_LINE = 16 << 10;
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;
    private static final long UNTIL_CLOSED = -1;

    private final StringBuilder line = new StringBuilder();
    private final Map<String, String> headers = new HashMap<>();
    private State state = State.STATUS;
    private int status;
    private long remaining;
    private long bytes;

    private enum State {
        STATUS,
        HEADERS,
        BODY,
        CHUNK_SIZE,
        CHUNK,
        CHUNK_END,
        TRAILERS,
        DONE
    }

    /** Begins a new response. */
    void reset() {
        state = State.STATUS;
        status = 0;
        remaining = 0;
        bytes = 0;
        line.setLength(0);
        headers.clear();
    }

    /** Takes what there is; true when the response is whole. */
    boolean feed(ByteBuffer input) throws ProtocolException {
        while (input.hasRemaining() && state != State.DONE) {
            switch (state) {
                case BODY, CHUNK -> body(input);
                default -> {
                    if (readLine(input)) {
                        String complete = line.toString();
                        line.setLength(0);
                        line(complete);
                    }
                }
            }
        }
        return state == State.DONE;
    }

    /** The connection has ended; true if that makes the response whole. */
    boolean end() {
        if (state == State.BODY && remaining == UNTIL_CLOSED) {
            state = State.DONE;
        }
        return state == State.DONE;
    }

    /** Whether nothing of a response has come. */
    boolean untouched() {
        return state == State.STATUS && line.isEmpty();
    }

    int status() {
        return status;
    }

    long bytes() {
        return bytes;
    }

    Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
    }

    /** Whether the connection can take another request after this response. */
    boolean keepsAlive() {
        return remaining != UNTIL_CLOSED
                && !header("connection").map("close"::equalsIgnoreCase).orElse(false);
    }

    private void body(ByteBuffer input) {
        long taken = remaining == UNTIL_CLOSED ? input.remaining() : Math.min(remaining, input.remaining());
        input.position(input.position() + (int) taken);
        bytes += taken;
        if (remaining == UNTIL_CLOSED) {
            return;
        }
        remaining -= taken;
        if (remaining == 0) {
            state = state == State.CHUNK ? State.CHUNK_END : State.DONE;
        }
    }

    private boolean readLine(ByteBuffer input) throws ProtocolException {
        while (input.hasRemaining()) {
            char next = (char) (input.get() & 0xFF);
            if (next == '\n') {
                if (line.length() > 0 && line.charAt(line.length() - 1) == '\r') {
                    line.setLength(line.length() - 1);
                }
                return true;
            }
            line.append(next);
            if (line.length() > LONGEST_LINE) {
                throw new ProtocolException("a header line of more than " + LONGEST_LINE + " bytes");
            }
        }
        return false;
    }

    private void line(String complete) throws ProtocolException {
        switch (state) {
            case STATUS -> status(complete);
            case HEADERS -> header(complete, false);
            case CHUNK_SIZE -> chunkSize(complete);
            case CHUNK_END -> state = State.CHUNK_SIZE;
            case TRAILERS -> header(complete, true);
            default -> throw new IllegalStateException(state.toString());
        }
    }

    private void status(String complete) throws ProtocolException {
        if (!complete.matches("HTTP/1\\.[01] \\d{3}( .*)?")) {
            throw new ProtocolException("not an HTTP/1.1 response: " + printable(complete));
        }
        status = Integer.parseInt(complete.substring(9, 12));
        state = State.HEADERS;
    }

    private void header(String complete, boolean trailer) throws ProtocolException {
        if (complete.isEmpty()) {
            state = trailer ? State.DONE : afterHeaders();
            return;
        }
        int colon = complete.indexOf(':');
        if (colon < 1) {
            throw new ProtocolException("not a header: " + printable(complete));
        }
        if (!trailer) {
            headers.put(
                    complete.substring(0, colon).toLowerCase(Locale.ROOT),
                    complete.substring(colon + 1).strip());
        }
    }

    private State afterHeaders() throws ProtocolException {
        if (status < 200) {
            headers.clear();
            return State.STATUS;
        }
        if (status == NO_CONTENT || status == NOT_MODIFIED) {
            return State.DONE;
        }
        if (header("transfer-encoding").map("chunked"::equalsIgnoreCase).orElse(false)) {
            return State.CHUNK_SIZE;
        }
        remaining = length();
        return remaining == 0 ? State.DONE : State.BODY;
    }

    private long length() throws ProtocolException {
        String length = header("content-length").orElse("");
        if (length.isEmpty()) {
            return UNTIL_CLOSED;
        }
        if (!length.matches("\\d{1,18}")) {
            throw new ProtocolException("not a length: " + printable(length));
        }
        return Long.parseLong(length);
    }

    private void chunkSize(String complete) throws ProtocolException {
        String size = complete.split(";", 2)[0].strip();
        if (!size.matches("[0-9A-Fa-f]{1,15}")) {
            throw new ProtocolException("not the size of a chunk: " + printable(complete));
        }
        remaining = Long.parseLong(size, 16);
        state = remaining == 0 ? State.TRAILERS : State.CHUNK;
    }

    private static String printable(String text) {
        String shown = text.length() > 60 ? text.substring(0, 60) + "…" : text;
        return new String(shown.getBytes(StandardCharsets.US_ASCII), StandardCharsets.US_ASCII);
    }
}
