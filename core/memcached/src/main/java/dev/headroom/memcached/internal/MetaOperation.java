package dev.headroom.memcached.internal;

import dev.headroom.memcached.MemcachedException.Kind;
import dev.headroom.memcached.MetaReply;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import net.spy.memcached.ops.OperationCallback;
import net.spy.memcached.ops.OperationState;
import net.spy.memcached.ops.OperationStatus;
import net.spy.memcached.ops.StatusCode;
import net.spy.memcached.protocol.BaseOperationImpl;
import org.jspecify.annotations.Nullable;

/**
 * A meta command, which spymemcached does not know, through its public extension points. An error that the server answers fails this
 * operation alone and keeps the connection.
 */
final class MetaOperation extends BaseOperationImpl {
    private static final int LONGEST_LINE = 2048;
    private static final byte[] END = {'\r', '\n'};

    private final byte[] command;
    private final Call<MetaReply> call;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(64);
    private String code = "";
    private String flags = "";
    private byte @Nullable [] value;
    private int received;

    /** A command without its line end, and the data block that follows it, if any. */
    MetaOperation(String command, byte @Nullable [] data, Call<MetaReply> call) {
        this.command = bytes(command, data);
        this.call = call;
        setCallback(new Failures());
    }

    private static byte[] bytes(String command, byte @Nullable [] data) {
        byte[] head = command.getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream all = new ByteArrayOutputStream(head.length + 4 + (data == null ? 0 : data.length));
        all.writeBytes(head);
        all.writeBytes(END);
        if (data != null) {
            all.writeBytes(data);
            all.writeBytes(END);
        }
        return all.toByteArray();
    }

    @Override
    public void initialize() {
        setBuffer(ByteBuffer.wrap(command));
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
            if (next != '\r' && line.size() < LONGEST_LINE) {
                line.write(next);
            }
            return;
        }
        String text = line.toString(StandardCharsets.US_ASCII);
        int blank = text.indexOf(' ');
        code = blank < 0 ? text : text.substring(0, blank);
        flags = blank < 0 ? "" : text.substring(blank + 1).strip();
        if (code.equals("VA")) {
            int end = flags.indexOf(' ');
            value = new byte[Integer.parseInt(end < 0 ? flags : flags.substring(0, end))];
            flags = end < 0 ? "" : flags.substring(end + 1).strip();
        } else {
            finish();
        }
    }

    private void readValue(ByteBuffer from, byte[] into) {
        int left = into.length - received;
        if (left > 0) {
            int some = Math.min(left, from.remaining());
            from.get(into, received, some);
            received += some;
        } else if (from.get() == '\n') {
            finish();
        }
    }

    private void finish() {
        if (code.endsWith("ERROR")) {
            call.fail(Kind.REFUSED, (code + " " + flags).strip(), null);
        } else {
            call.succeed(new MetaReply(code, value, flags));
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
