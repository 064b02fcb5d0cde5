package dev.headroom.storage.internal;

import dev.headroom.RequestContext;
import dev.headroom.debug.DebugLog;
import dev.headroom.meter.Counter;
import dev.headroom.meter.Meters;
import dev.headroom.meter.Timer;
import dev.headroom.storage.BlobKey;
import dev.headroom.storage.StorageMeters;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** The meters of one store. */
public final class StoreMeters {
    private final String store;
    private final Timer puts;
    private final Timer opens;
    private final Counter putBytes;
    private final Counter failures;
    private final Counter corrupted;
    private final LongAdder putCount = new LongAdder();
    private final LongAdder readCount = new LongAdder();
    private final LongAdder failedCount = new LongAdder();
    private final LongAdder corruptedCount = new LongAdder();

    /** Meters tagged with the store's name. */
    public StoreMeters(Meters meters, String store) {
        this.store = store;
        puts = meters.timer(StorageMeters.PUT, "store", store);
        opens = meters.timer(StorageMeters.GET, "store", store);
        putBytes = meters.distribution(StorageMeters.PUT_BYTES, "store", store);
        failures = meters.counter(StorageMeters.FAILURES, "store", store);
        corrupted = meters.counter(StorageMeters.CORRUPTED, "store", store);
    }

    /** A put that went well. */
    public void put(BlobKey key, long bytes, long startNanos) {
        long took = System.nanoTime() - startNanos;
        puts.recordNanos(took);
        putCount.increment();
        putBytes.add(bytes);
        debug("put", key, took, null);
    }

    /** A blob opened for reading. */
    public void opened(BlobKey key, long startNanos) {
        long took = System.nanoTime() - startNanos;
        opens.recordNanos(took);
        readCount.increment();
        debug("get", key, took, null);
    }

    /** A call that failed. */
    public void failed(String what, BlobKey key, long startNanos, Throwable failure) {
        failures.increment();
        failedCount.increment();
        debug(what, key, System.nanoTime() - startNanos, failure);
    }

    /** A blob whose bytes were not those that were put. */
    public void corrupted() {
        corrupted.increment();
        corruptedCount.increment();
    }

    /** Puts that went well. */
    public long putCount() {
        return putCount.sum();
    }

    /** Blobs opened for reading. */
    public long readCount() {
        return readCount.sum();
    }

    /** Calls that failed. */
    public long failedCount() {
        return failedCount.sum();
    }

    /** Corrupted reads. */
    public long corruptedCount() {
        return corruptedCount.sum();
    }

    private void debug(String what, BlobKey key, long nanos, @Nullable Throwable failure) {
        DebugLog debug = RequestContext.currentDebug();
        if (debug.enabled()) {
            debug.add("blob", "[" + store + "] " + what + " " + key, nanos, failure);
        }
    }
}
