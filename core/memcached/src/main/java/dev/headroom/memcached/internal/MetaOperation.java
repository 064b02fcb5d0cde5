package dev.headroom.memcached.internal;

import dev.headroom.memcached.MemcachedException.Kind;
import dev.headroom.memcached.MetaReply;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import net.spy.memcached.ops.OperationCallback;
import net.spy.memcached.ops.OperationState;
import net.spy.memcached.ops.OperationStatus;
import net.spy.memcached.ops.StatusCode;
import net.spy.memcached.protocol.BaseOperationImpl;
import org.jspecify.annotations.Nullable;

/**
 * One or more meta commands, which spymemcached does not know, through its public extension points; each has one answer. An error that the server
 * answers fails this operation alone and keeps the connection. That is why classic commands that store go this way too: spymemcached takes a refused value for
 * the end of the connection. {@code gets} for one key does for the sake of several of them in one operation; its answer has the version as the flag {@code c}.
 */
final class MetaOperation<T> extends BaseOperationImpl {
    private static final int LONGEST_LINE = 2048;
    private static final byte[] END = {'\r', '\n'};
    private static final String[] CODES = {"VA", "HD", "EN", "NF", "NS", "EX", "MN"};

    private final byte[] commands;
    private final int expected;
    private final Function<List<MetaReply>, @Nullable T> answer;
    private final Call<T> call;
    private final List<MetaReply> replies;
    private byte[] line = new byte[64];
    private int length;
    private String refusal = "";
    private String code = "";
    private String flags = "";
    private byte @Nullable [] value;
    /** A value whose end has not come yet. */
    private @Nullable MetaReply got;

    private int received;

    /**
     * An operation.
     *
     * @param commands as they are sent
     * @param expected how many answers there will be
     * @param answer what these amount to; null for what is no answer to them
     */
    MetaOperation(byte[] commands, int expected, Function<List<MetaReply>, @Nullable T> answer, Call<T> call) {
        this.commands = commands;
        this.expected = expected;
        this.answer = answer;
        this.call = call;
        this.replies = new ArrayList<>(expected);
        setCallback(new Failures());
    }

    /** A command without its line end, and the data block that follows it, if any, as they are sent. */
    static byte[] bytes(String command, byte @Nullable [] data) {
        byte[] head = command.getBytes(StandardCharsets.US_ASCII);
        int block = data == null ? 0 : data.length + END.length;
        ByteBuffer all =
                ByteBuffer.allocate(head.length + END.length + block).put(head).put(END);
        if (data != null) {
            all.put(data).put(END);
        }
        return all.array();
    }

    @Override
    public void initialize() {
        setBuffer(ByteBuffer.wrap(commands));
    }

    @Override
    public void readFromBuffer(ByteBuffer from) {
        while (getState() != OperationState.COMPLETE && from.hasRemaining()) {
            byte[] into = value;
            if (into == null) {
                readLine(from);
            } else {
                readValue(from, into);
            }
        }
    }

    private void readLine(ByteBuffer from) {
        int start = from.position();
        int end = start;
        while (end < from.limit() && from.get(end) != '\n') {
            end++;
        }
        int some = Math.min(end - start, LONGEST_LINE - length);
        if (length + some > line.length) {
            line = Arrays.copyOf(line, Math.max(2 * line.length, length + some));
        }
        from.get(line, length, some);
        length += some;
        if (end == from.limit()) {
            from.position(end);
            return;
        }
        from.position(end + 1);
        int text = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
        length = 0;
        understand(text);
    }

    /** The line of this length: a code, after {@code VA} a size, flags. */
    private void understand(int end) {
        int blank = indexOf(' ', 0, end);
        code = code(blank);
        int rest = Math.min(blank + 1, end);
        if (code.equals("VA")) {
            int after = indexOf(' ', rest, end);
            value = new byte[Integer.parseInt(text(rest, after))];
            flags = text(Math.min(after + 1, end), end);
        } else if (code.equals("VALUE")) {
            String[] words = text(rest, end).split(" "); // key, flags, bytes, version
            value = new byte[Integer.parseInt(words[2])];
            flags = "c" + words[3];
        } else if (code.equals("END") && got != null) {
            MetaReply complete = got;
            got = null;
            finish(complete);
        } else {
            flags = text(rest, end);
            finish(new MetaReply(code, null, flags));
        }
    }

    private int indexOf(char what, int from, int end) {
        int at = from;
        while (at < end && line[at] != what) {
            at++;
        }
        return at;
    }

    /** The usual ones cost nothing. */
    private String code(int end) {
        if (end == 2) {
            for (String each : CODES) {
                if (line[0] == each.charAt(0) && line[1] == each.charAt(1)) {
                    return each;
                }
            }
        }
        return text(0, end);
    }

    private String text(int from, int end) {
        return from >= end ? "" : new String(line, from, end - from, StandardCharsets.US_ASCII).strip();
    }

    private void readValue(ByteBuffer from, byte[] into) {
        int left = into.length - received;
        if (left > 0) {
            int some = Math.min(left, from.remaining());
            from.get(into, received, some);
            received += some;
        } else if (from.get() == '\n') {
            MetaReply reply = new MetaReply(code, into, flags);
            value = null;
            received = 0;
            if (code.equals("VALUE")) {
                got = reply; // its end is a line of its own
            } else {
                finish(reply);
            }
        }
    }

    private void finish(MetaReply reply) {
        if (code.endsWith("ERROR")) {
            refusal = (code + " " + flags).strip();
        }
        replies.add(reply);
        if (replies.size() < expected) {
            return;
        }
        T value = refusal.isEmpty() ? answer.apply(replies) : null;
        if (value != null) {
            call.succeed(value);
        } else {
            call.fail(Kind.REFUSED, refusal.isEmpty() ? code : refusal, null);
        }
        transitionState(OperationState.COMPLETE);
    }

    @Override
    public byte @Nullable [] getErrorMsg() {
        return null;
    }

    /** Hears when spymemcached ends the operation without an answer. */
    private final class Failures implements OperationCallback {
        @Override
        public void receivedStatus(OperationStatus status) {
            if (status.getStatusCode() != StatusCode.SUCCESS) {
                call.fail(status);
            }
        }

        @Override
        public void complete() {}
    }
}
