package dev.headroom.storage;

import dev.headroom.config.Checks;
import dev.headroom.meter.Meters;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes blobs that nothing refers to: those whose row was never written because the process died, or the transaction rolled back,
 * after the blob had been put.
 *
 * <p>Asks the application, a page at a time, which of the keys are referred to. A blob is left alone until it is older than the grace,
 * so that one whose row is just being written is never touched; so is a damaged one, with a warning. Safe to run on several servers at once and to stop anywhere.
 *
 * <pre>{@code
 * BlobSweep sweep = BlobSweep.builder(store, keys -> products.photosAmong(keys)).prefix("photos/").build();
 * long deleted = sweep.run();
 * }</pre>
 */
public final class BlobSweep {
    private static final Logger log = LoggerFactory.getLogger(BlobSweep.class);

    private final BlobStore store;
    private final References references;
    private final String prefix;
    private final Duration grace;
    private final int pageSize;
    private final Clock clock;
    private final Meters meters;

    private BlobSweep(Builder options) {
        this.store = options.store;
        this.references = options.references;
        this.prefix = options.prefix;
        this.grace = options.grace;
        this.pageSize = options.pageSize;
        this.clock = options.clock;
        this.meters = options.meters;
    }

    /** A builder for a sweep of the store. */
    public static Builder builder(BlobStore store, References references) {
        return new Builder(store, references);
    }

    /**
     * Goes once over all blobs.
     *
     * @return how many were deleted
     * @throws InterruptedException between two pages, if the thread was interrupted
     */
    public long run() throws InterruptedException {
        Instant before = clock.instant().minus(grace);
        long deleted = 0;
        @Nullable BlobKey after = null;
        do {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            BlobPage page = store.list(prefix, after, pageSize);
            deleted += sweep(page.keys(), before);
            after = page.next().orElse(null);
        } while (after != null);
        if (deleted > 0) {
            log.info("storage: deleted {} blobs below \"{}\" that nothing refers to", deleted, prefix);
            meters.counter(StorageMeters.SWEPT, "store", store.name()).add(deleted);
        }
        return deleted;
    }

    private long sweep(List<BlobKey> keys, Instant before) {
        List<BlobKey> old = new ArrayList<>();
        for (BlobKey key : keys) {
            if (isOlder(key, before)) {
                old.add(key);
            }
        }
        if (old.isEmpty()) {
            return 0;
        }
        Set<BlobKey> kept = Set.copyOf(references.among(old));
        return old.stream()
                .filter(key -> !kept.contains(key) && store.delete(key))
                .count();
    }

    private boolean isOlder(BlobKey key, Instant before) {
        try {
            return store.head(key)
                    .filter(info -> info.modified().isBefore(before))
                    .isPresent();
        } catch (BlobCorruptedException damaged) {
            log.warn("storage: a sweep leaves a damaged blob alone: {}", damaged.getMessage());
            meters.counter(StorageMeters.SWEEP_DAMAGED, "store", store.name()).increment();
            return false;
        }
    }

    /** Says which blobs are referred to. */
    @FunctionalInterface
    public interface References {
        /** Those of the keys that something refers to; read from the primary, not from a standby that lags. */
        Collection<BlobKey> among(List<BlobKey> keys);
    }

    /** Options of a sweep. Not thread-safe. */
    public static final class Builder {
        private final BlobStore store;
        private final References references;
        private String prefix = "";
        private Duration grace = Duration.ofHours(1);
        private int pageSize = 500;
        private Clock clock = Clock.systemUTC();
        private Meters meters = Meters.none();

        private Builder(BlobStore store, References references) {
            this.store = Checks.present("store", store);
            this.references = Checks.present("references", references);
        }

        /** Sweeps only keys that begin so. Default: all. */
        public Builder prefix(String prefix) {
            this.prefix = Checks.present("prefix", prefix);
            return this;
        }

        /** How old a blob must be; longer than the longest transaction that writes a row. Default: 1 hour. */
        public Builder grace(Duration grace) {
            this.grace = Checks.positive("grace", grace);
            return this;
        }

        /** How many keys are asked about at once, 1 to 1,000. Default: 500. */
        public Builder pageSize(int pageSize) {
            this.pageSize = Checks.between("pageSize", pageSize, 1, 1000);
            return this;
        }

        /** The clock by which blobs age; the store's. Default: the system's. */
        public Builder clock(Clock clock) {
            this.clock = Checks.present("clock", clock);
            return this;
        }

        /** Where deletions are counted. Default: nowhere. */
        public Builder meters(Meters meters) {
            this.meters = Checks.present("meters", meters);
            return this;
        }

        /** The sweep. */
        public BlobSweep build() {
            return new BlobSweep(this);
        }
    }
}
