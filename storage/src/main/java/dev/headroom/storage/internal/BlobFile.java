package dev.headroom.storage.internal;

import dev.headroom.storage.BlobCorruptedException;
import dev.headroom.storage.BlobInfo;
import dev.headroom.storage.BlobKey;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/*
 * One file holds a blob and what is known of it, so that one rename publishes both:
 *
 *   payload | head | head's length u32 | head's CRC-32C u32 | "HRBLOB01"
 *
 * The head is big-endian: size i64, CRC-32C of the payload i32, milliseconds since 1970 i64, then UTF-8 texts (length u16): version,
 * content type, the number of metadata u16, and name and value of each.
 */
/** The format of a blob's file. */
public final class BlobFile {
    private static final long MAGIC = 0x4852424C4F423031L;
    private static final int TAIL = 16;
    private static final int LONGEST_HEAD = 64 * 1024;

    private BlobFile() {}

    /** The bytes that follow the payload. */
    public static byte[] trailer(BlobInfo info) {
        byte[] head = head(info);
        CRC32C crc = new CRC32C();
        crc.update(head);
        return ByteBuffer.allocate(head.length + TAIL)
                .put(head)
                .putInt(head.length)
                .putInt((int) crc.getValue())
                .putLong(MAGIC)
                .array();
    }

    /**
     * Reads what is known of the blob in an open file.
     *
     * @throws BlobCorruptedException if the file is not one of ours, or damaged
     */
    public static BlobInfo read(BlobKey key, FileChannel file) throws IOException {
        long length = file.size();
        ByteBuffer tail = bytes(key, file, length - TAIL, TAIL);
        int headLength = tail.getInt();
        int headCrc = tail.getInt();
        require(key, tail.getLong() == MAGIC, "no blob's trailer");
        require(
                key,
                headLength > 0 && headLength <= LONGEST_HEAD && headLength <= length - TAIL,
                "a trailer that does not fit");
        ByteBuffer head = bytes(key, file, length - TAIL - headLength, headLength);
        CRC32C crc = new CRC32C();
        crc.update(head.duplicate());
        require(key, (int) crc.getValue() == headCrc, "a damaged trailer");
        BlobInfo info = parse(key, head.array());
        require(key, info.size() == length - TAIL - headLength, "a payload of another size");
        return info;
    }

    private static byte[] head(BlobInfo info) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeLong(info.size());
            out.writeInt(info.crc32c());
            out.writeLong(info.modified().toEpochMilli());
            out.writeUTF(info.version());
            out.writeUTF(info.contentType());
            out.writeShort(info.metadata().size());
            for (Map.Entry<String, String> entry : info.metadata().entrySet()) {
                out.writeUTF(entry.getKey());
                out.writeUTF(entry.getValue());
            }
        } catch (IOException e) {
            throw new IllegalStateException("a write to memory failed", e);
        }
        return bytes.toByteArray();
    }

    private static BlobInfo parse(BlobKey key, byte[] head) throws IOException {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(head))) {
            long size = in.readLong();
            int crc32c = in.readInt();
            Instant modified = Instant.ofEpochMilli(in.readLong());
            String version = in.readUTF();
            String contentType = in.readUTF();
            int count = in.readUnsignedShort();
            Map<String, String> metadata = new HashMap<>();
            for (int i = 0; i < count; i++) {
                metadata.put(in.readUTF(), in.readUTF());
            }
            return new BlobInfo(key, size, crc32c, version, contentType, metadata, modified);
        }
    }

    private static ByteBuffer bytes(BlobKey key, FileChannel file, long position, int count) throws IOException {
        require(key, position >= 0, "a file of " + file.size() + " bytes");
        ByteBuffer buffer = ByteBuffer.allocate(count);
        while (buffer.hasRemaining()) {
            int read = file.read(buffer, position + buffer.position());
            require(key, read > 0, "a file that ends early");
        }
        return buffer.flip();
    }

    private static void require(BlobKey key, boolean holds, String found) {
        if (!holds) {
            throw new BlobCorruptedException(key, found, "a whole blob");
        }
    }
}
