package dev.headroom.session.internal;

import dev.headroom.codec.CodecException;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a session, version 1, big-endian:
 *
 * <pre>
 * 'S' '1'  flags u8 (1: has a successor)  stamp i64  created i64  accessed i64  ends i64  maxInactive i32
 * [ successor text ]  count u16  count × { name text  version i64  length i32  CRC32C of the bytes i32 }
 * CRC32C of all before i32  then the attributes' bytes, one after the other
 * text := length u16, UTF-8
 * </pre>
 *
 * <p>A damaged head makes the session unreadable; damaged bytes of an attribute make that attribute alone unreadable. Lengths are checked
 * against what is there before anything is allocated.
 */
final class SessionWire {
    static final int MAXIMUM_ATTRIBUTES = 512;
    static final int MAXIMUM_NAME_BYTES = 1024;

    private static final int MAGIC = 'S' << 8 | '1';
    private static final int HAS_SUCCESSOR = 1;

    private SessionWire() {}

    static byte[] encode(SessionRecord record) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        DataOutputStream out = new DataOutputStream(bytes);
        try {
            out.writeShort(MAGIC);
            out.writeByte(record.successor() == null ? 0 : HAS_SUCCESSOR);
            out.writeLong(record.stamp());
            out.writeLong(record.createdMillis());
            out.writeLong(record.accessedMillis());
            out.writeLong(record.endsMillis());
            out.writeInt(record.maxInactiveSeconds());
            if (record.successor() != null) {
                text(out, record.successor());
            }
            out.writeShort(record.slices().size());
            for (Map.Entry<String, Slice> entry : record.slices().entrySet()) {
                Slice slice = entry.getValue();
                text(out, entry.getKey());
                out.writeLong(slice.version());
                out.writeInt(slice.bytes().length);
                out.writeInt(
                        slice.intact()
                                ? crc(slice.bytes(), 0, slice.bytes().length)
                                : ~crc(slice.bytes(), 0, slice.bytes().length));
            }
            out.writeInt(crc(bytes.toByteArray(), 0, bytes.size()));
            for (Slice slice : record.slices().values()) {
                out.write(slice.bytes());
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    /** Reads a session. @throws CodecException if its head is damaged or of another version */
    static SessionRecord decode(byte[] bytes) {
        try {
            return decode(ByteBuffer.wrap(bytes));
        } catch (BufferUnderflowException truncated) {
            throw new CodecException("session: " + bytes.length + " bytes (expected: more)", truncated);
        }
    }

    private static SessionRecord decode(ByteBuffer in) {
        check((in.getShort() & 0xffff) == MAGIC, "version");
        int flags = in.get();
        long stamp = in.getLong();
        long created = in.getLong();
        long accessed = in.getLong();
        long ends = in.getLong();
        int maxInactive = in.getInt();
        String successor = (flags & HAS_SUCCESSOR) != 0 ? text(in) : null;
        int count = in.getShort() & 0xffff;
        check(count <= MAXIMUM_ATTRIBUTES, "number of attributes");
        List<Part> parts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            parts.add(new Part(text(in), in.getLong(), in.getInt(), in.getInt()));
        }
        int head = in.position();
        check(in.getInt() == crc(in.array(), 0, head), "checksum");
        return new SessionRecord(stamp, created, accessed, ends, maxInactive, successor, slices(in, parts));
    }

    private static Map<String, Slice> slices(ByteBuffer in, List<Part> parts) {
        Map<String, Slice> slices = new LinkedHashMap<>();
        for (Part part : parts) {
            check(part.length >= 0, "length");
            // What was cut off at the end is missing from the last attributes alone.
            byte[] bytes = new byte[Math.min(part.length, in.remaining())];
            in.get(bytes);
            boolean intact = bytes.length == part.length && crc(bytes, 0, bytes.length) == part.crc;
            slices.put(part.name, new Slice(part.version, bytes, intact));
        }
        return slices;
    }

    private record Part(String name, long version, int length, int crc) {}

    private static void text(DataOutputStream out, String text) throws IOException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.writeShort(utf8.length);
        out.write(utf8);
    }

    private static String text(ByteBuffer in) {
        int length = in.getShort() & 0xffff;
        check(length <= in.remaining() && length <= MAXIMUM_NAME_BYTES, "length");
        byte[] utf8 = new byte[length];
        in.get(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }

    private static int crc(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }

    private static void check(boolean holds, @Nullable String what) {
        if (!holds) {
            throw new CodecException("session: damaged " + what);
        }
    }
}
