package dev.headroom.cache.jcache;

import java.util.concurrent.atomic.LongAdder;
import javax.cache.management.CacheStatisticsMXBean;

/** Counts of one cache, while they are switched on. */
final class Statistics implements CacheStatisticsMXBean {
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final LongAdder puts = new LongAdder();
    private final LongAdder removals = new LongAdder();
    private final LongAdder evictions = new LongAdder();
    private final LongAdder getNanos = new LongAdder();
    private final LongAdder putNanos = new LongAdder();
    private final LongAdder removeNanos = new LongAdder();
    private volatile boolean enabled;

    void enabled(boolean enabled) {
        this.enabled = enabled;
    }

    private void add(LongAdder to, long amount) {
        if (enabled) {
            to.add(amount);
        }
    }

    void hit() {
        add(hits, 1);
    }

    void miss() {
        add(misses, 1);
    }

    void looked(boolean found) {
        add(found ? hits : misses, 1);
    }

    void put() {
        add(puts, 1);
    }

    void removed() {
        add(removals, 1);
    }

    void evicted() {
        add(evictions, 1);
    }

    void getTook(long since) {
        add(getNanos, System.nanoTime() - since);
    }

    void putTook(long since) {
        add(putNanos, System.nanoTime() - since);
    }

    void removeTook(long since) {
        add(removeNanos, System.nanoTime() - since);
    }

    @Override
    public void clear() {
        for (LongAdder each :
                new LongAdder[] {hits, misses, puts, removals, evictions, getNanos, putNanos, removeNanos}) {
            each.reset();
        }
    }

    @Override
    public long getCacheHits() {
        return hits.sum();
    }

    @Override
    public float getCacheHitPercentage() {
        return percentage(getCacheHits());
    }

    @Override
    public long getCacheMisses() {
        return misses.sum();
    }

    @Override
    public float getCacheMissPercentage() {
        return percentage(getCacheMisses());
    }

    @Override
    public long getCacheGets() {
        return getCacheHits() + getCacheMisses();
    }

    @Override
    public long getCachePuts() {
        return puts.sum();
    }

    @Override
    public long getCacheRemovals() {
        return removals.sum();
    }

    @Override
    public long getCacheEvictions() {
        return evictions.sum();
    }

    @Override
    public float getAverageGetTime() {
        return micros(getNanos.sum(), getCacheGets());
    }

    @Override
    public float getAveragePutTime() {
        return micros(putNanos.sum(), getCachePuts());
    }

    @Override
    public float getAverageRemoveTime() {
        return micros(removeNanos.sum(), getCacheRemovals());
    }

    private float percentage(long of) {
        long gets = getCacheGets();
        return gets == 0 ? 0 : 100f * of / gets;
    }

    private static float micros(long nanos, long times) {
        return times == 0 ? 0 : nanos / 1000f / times;
    }
}
