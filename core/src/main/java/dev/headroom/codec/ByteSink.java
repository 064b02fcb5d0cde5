package dev.headroom.codec;

import java.util.Arrays;

/** Bytes being written. */
final class ByteSink {
    private byte[] bytes = new byte[256];
    private int size;

    byte[] toByteArray() {
        return Arrays.copyOf(bytes, size);
    }

    void writeByte(int value) {
        room(1);
        bytes[size++] = (byte) value;
    }

    /** Seven bits a byte, lowest first; the high bit says that more follow. */
    void writeVarint(long value) {
        room(10);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            bytes[size++] = (byte) (rest & 0x7F | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    /** A varint whose lowest bit is the sign, so that small negative numbers are short. */
    void writeSigned(long value) {
        writeVarint(value << 1 ^ value >> 63);
    }

    void writeFixed(long value, int width) {
        room(width);
        for (int shift = (width - 1) * 8; shift >= 0; shift -= 8) {
            bytes[size++] = (byte) (value >>> shift);
        }
    }

    void writeBytes(byte[] value) {
        writeVarint(value.length);
        room(value.length);
        System.arraycopy(value, 0, bytes, size, value.length);
        size += value.length;
    }

    /** Where a part begins whose length stands before it; ended by {@link #end}. */
    int begin() {
        room(1);
        return size++;
    }

    /** Puts the length in front of the part; all but short parts are moved a little for it. */
    void end(int begin) {
        int length = size - begin - 1;
        if (length < 0x80) {
            bytes[begin] = (byte) length;
            return;
        }
        int wider = (31 - Integer.numberOfLeadingZeros(length)) / 7;
        room(wider);
        System.arraycopy(bytes, begin + 1, bytes, begin + 1 + wider, length);
        size = begin;
        writeVarint(length);
        size += length;
    }

    private void room(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, Math.addExact(size, more)));
        }
    }
}
