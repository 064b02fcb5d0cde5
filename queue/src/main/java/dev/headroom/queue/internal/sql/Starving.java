package dev.headroom.queue.internal.sql;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** Notices jobs that those who meet them keep from running, where locks can't be asked for that. Thread-safe. */
final class Starving {
    private static final long PATIENCE = 3_000_000_000L;
    private static final int MOST = 1_000;

    private final ConcurrentHashMap<Long, Long> metSince = new ConcurrentHashMap<>();

    /** An overdue job was met; true now and then if it was before, so that what is to be done gets done by another. */
    boolean met(long id) {
        if (metSince.size() >= MOST) {
            metSince.clear();
        }
        long now = System.nanoTime();
        AtomicBoolean starves = new AtomicBoolean();
        metSince.compute(id, (same, since) -> {
            boolean enough = since != null && now - since >= PATIENCE;
            starves.set(enough);
            return since == null || enough ? Long.valueOf(now) : since;
        });
        return starves.get();
    }
}
