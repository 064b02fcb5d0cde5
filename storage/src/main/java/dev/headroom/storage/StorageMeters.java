package dev.headroom.storage;

/** The names of this module's meters; all have the tag {@code store}. */
public final class StorageMeters {
    /** Timer: puts that went well, seconds. */
    public static final String PUT = "headroom.storage.put";

    /** Timer: opening of blobs for reading, seconds. */
    public static final String GET = "headroom.storage.get";

    /** Distribution: sizes of blobs put, bytes. */
    public static final String PUT_BYTES = "headroom.storage.put.bytes";

    /** Counter: calls that failed because of the store. */
    public static final String FAILURES = "headroom.storage.failures";

    /** Counter: reads whose bytes were not those that were put. */
    public static final String CORRUPTED = "headroom.storage.corrupted";

    /** Counter: blobs deleted by a sweep because nothing referred to them. */
    public static final String SWEPT = "headroom.storage.swept";

    /** Counter: blobs that a sweep left alone because they are damaged. */
    public static final String SWEEP_DAMAGED = "headroom.storage.sweep.damaged";

    /** Gauge: bytes that can still be put. */
    public static final String FREE_BYTES = "headroom.storage.free.bytes";

    private StorageMeters() {}
}
