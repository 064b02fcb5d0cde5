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
        byte next = from.get();
        if (next != '\n') {
            if (next != '\r' && length < LONGEST_LINE) {
                if (length == line.length) {
                    line = Arrays.copyOf(line, 2 * length);
                }
                line[length++] = next;
            }
            return;
        }
        String text = new String(line, 0, length, StandardCharsets.US_ASCII);
        length = 0;
        int blank = text.indexOf(' ');
        code = blank < 0 ? text : text.substring(0, blank);
        flags = blank < 0 ? "" : text.substring(blank + 1).strip();
        if (code.equals("VA")) {
            int end = flags.indexOf(' ');
            value = new byte[Integer.parseInt(end < 0 ? flags : flags.substring(0, end))];
            flags = end < 0 ? "" : flags.substring(end + 1).strip();
        } else if (code.equals("VALUE")) {
            String[] words = flags.split(" "); // key, flags, bytes, version
            value = new byte[Integer.parseInt(words[2])];
            flags = "c" + words[3];
        } else if (code.equals("END") && got != null) {
            MetaReply complete = got;
            got = null;
            finish(complete);
        } else {
            finish(new MetaReply(code, null, flags));
        }
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
