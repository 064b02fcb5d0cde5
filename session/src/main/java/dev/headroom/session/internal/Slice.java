package dev.headroom.session.internal;

/**
 * One attribute's bytes; unread ones travel as they are.
 *
 * @param version random, new with every change of the attribute
 * @param bytes the encoded value; not to be changed
 * @param intact false if the bytes are not what was written
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Slice(long version, byte[] bytes, boolean intact) {
    Slice(long version, byte[] bytes) {
        this(version, bytes, true);
    }
}
