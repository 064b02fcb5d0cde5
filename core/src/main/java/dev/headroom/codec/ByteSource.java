package dev.headroom.codec;

import java.util.Arrays;

/** Bytes being read; every length is checked against what is left before anything is allocated for it. */
final class ByteSource {
    private final byte[] bytes;
    private int at;
    private int end;

    ByteSource(byte[] bytes) {
        this.bytes = bytes;
        this.end = bytes.length;
    }

    int left() {
        return end - at;
    }

    byte readByte() {
        need(1);
        return bytes[at++];
    }

    long readVarint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte next = readByte();
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                if (shift == 63 && next > 1) {
                    throw malformed("a number of more than 64 bits");
                }
                return value;
            }
        }
        throw malformed("a number of more than 64 bits");
    }

    long readSigned() {
        long coded = readVarint();
        return coded >>> 1 ^ -(coded & 1);
    }

    int readInt() {
        return narrow(readSigned());
    }

    int narrow(long value) {
        if (value != (int) value) {
            throw malformed("a number that does not fit its type");
        }
        return (int) value;
    }

    long readFixed(int width) {
        need(width);
        long value = 0;
        for (int i = 0; i < width; i++) {
            value = value << 8 | bytes[at++] & 0xFF;
        }
        return value;
    }

    /** A length or count that the bytes left warrant: nothing takes less than a byte. */
    int readCount() {
        long count = readVarint();
        if (count < 0 || count > left()) {
            throw malformed("a length of " + Long.toUnsignedString(count) + " with " + left() + " bytes left");
        }
        return (int) count;
    }

    byte[] readBytes() {
        int length = readCount();
        byte[] read = Arrays.copyOfRange(bytes, at, at + length);
        at += length;
        return read;
    }

    /** Narrows the source to the next bytes; give the result to {@link #leave}. */
    int enter(int length) {
        int before = end;
        end = at + length;
        return before;
    }

    /** Skips what is left of the narrowed source and widens it again. */
    void leave(int before) {
        at = end;
        end = before;
    }

    CodecException malformed(String what) {
        return new CodecException("tlv: " + what + " at byte " + at);
    }

    private void need(int count) {
        if (left() < count) {
            throw malformed("the end");
        }
    }
}
