package dev.headroom.router.shard;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** MurmurHash3_x86_32 by Austin Appleby (public domain), with seed 0: the same on every JVM and in every version. */
final class Murmur3 {
    private static final int C1 = 0xcc9e2d51;
    private static final int C2 = 0x1b873593;

    private Murmur3() {}

    static int hash(byte[] bytes) {
        ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int hash = 0;
        while (words.remaining() >= Integer.BYTES) {
            hash = Integer.rotateLeft(hash ^ scrambled(words.getInt()), 13) * 5 + 0xe6546b64;
        }
        int tail = 0;
        for (int shift = 0; words.hasRemaining(); shift += Byte.SIZE) {
            tail |= (words.get() & 0xff) << shift;
        }
        hash ^= scrambled(tail);
        hash ^= bytes.length;
        hash = (hash ^ hash >>> 16) * 0x85ebca6b;
        hash = (hash ^ hash >>> 13) * 0xc2b2ae35;
        return hash ^ hash >>> 16;
    }

    private static int scrambled(int word) {
        return Integer.rotateLeft(word * C1, 15) * C2;
    }
}
