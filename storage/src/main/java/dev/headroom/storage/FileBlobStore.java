package dev.headroom.storage;

import dev.headroom.Contracts;
import dev.headroom.Contributions;
import dev.headroom.config.Checks;
import dev.headroom.health.HealthCheck;
import dev.headroom.load.LoadSignal;
import dev.headroom.meter.Meters;
import dev.headroom.storage.internal.FileListing;
import dev.headroom.storage.internal.FileRoot;
import dev.headroom.storage.internal.StoreMeters;
import dev.headroom.storage.internal.StorePanel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A store in a folder of a file system; the embedded default.
 *
 * <p>A put writes a temporary file, forces it to the disk as {@link Durability} says, and publishes it by one atomic rename (or, for
 * {@code ifAbsent}, one hard link), so that a reader, also of another process, sees a whole blob or none. What is known of a blob is
 * in the blob's own file. Temporary files that a killed process left behind are deleted at start once they are an hour old. Several
 * processes may share a folder of a local file system; network file systems whose rename or link is not atomic are not supported.
 *
 * <pre>{@code
 * FileBlobStore store = FileBlobStore.builder("photos", Path.of("data/blobs")).build();
 * }</pre>
 *
 * <p>When plugged in it contributes the health check {@code blobs-NAME} (the folder takes writes), the load signal
 * {@code storage.NAME.space} (minimum free bytes divided by free bytes, at most 1.2, so that a full disk stops what can wait but nothing
 * critical; unknown when the file system does not say) and a console panel.
 */
public final class FileBlobStore implements BlobStore {
    /** Stops what can wait; critical requests, most of which put nothing, go on. */
    static final double HIGHEST_PRESSURE = 1.2;

    private final String name;
    private final FileRoot root;
    private final Clock clock;
    private final long minimumFree;
    private volatile StoreMeters meters;
    private volatile Meters.@Nullable Gauge free;

    private FileBlobStore(Builder options) {
        this.name = options.name;
        this.clock = options.clock;
        this.minimumFree = options.minimumFree;
        this.root = FileRoot.open(options.folder, options.durability, clock);
        this.meters = new StoreMeters(Meters.none(), name);
    }

    /**
     * A builder for a store in a folder, which is created if it is not there.
     *
     * @param name the store's name in meters and the console
     */
    public static Builder builder(String name, Path folder) {
        return new Builder(name, folder);
    }

    @Override
    public String name() {
        return "storage-" + name;
    }

    @Override
    public void contribute(Contributions to) {
        to.healthCheck(HealthCheck.required("blobs-" + name, root::checkWritable))
                .loadSignal(LoadSignal.of("storage." + name + ".space", () -> pressure(minimumFree, root.freeBytes())))
                .consolePanel(new StorePanel(name, "folder " + root.path(), root::freeBytes, () -> meters));
    }

    private double freeBytes() {
        long known = root.freeBytes();
        return known < 0 ? Double.NaN : known;
    }

    static double pressure(long minimumFree, long free) {
        return free < 0 ? Double.NaN : Math.min(HIGHEST_PRESSURE, (double) minimumFree / Math.max(1, free));
    }

    @Override
    public void connect(Contracts contracts) {
        meters = new StoreMeters(contracts.meters(), name);
        free = contracts.meters().gauge(StorageMeters.FREE_BYTES, this::freeBytes, "store", name);
    }

    @Override
    public BlobInfo put(BlobKey key, BlobSource source, PutOptions options) {
        long start = System.nanoTime();
        try {
            BlobInfo info = root.put(key, source, options);
            meters.put(key, info.size(), start);
            return info;
        } catch (IOException e) {
            meters.failed("put", key, start, e);
            throw new BlobException(key, "blob: " + key + " could not be put into " + root.path(), e);
        }
    }

    @Override
    public BlobRead get(BlobKey key) {
        long start = System.nanoTime();
        try {
            BlobRead read = root.get(key, () -> meters.corrupted());
            meters.opened(key, start);
            return read;
        } catch (IOException e) {
            meters.failed("get", key, start, e);
            throw new BlobException(key, "blob: " + key + " could not be read from " + root.path(), e);
        }
    }

    @Override
    public Optional<BlobInfo> head(BlobKey key) {
        try {
            return root.head(key);
        } catch (IOException e) {
            throw new BlobException(key, "blob: " + key + " could not be looked up in " + root.path(), e);
        }
    }

    @Override
    public boolean delete(BlobKey key) {
        try {
            return root.delete(key);
        } catch (IOException e) {
            throw new BlobException(key, "blob: " + key + " could not be deleted from " + root.path(), e);
        }
    }

    @Override
    public BlobPage list(String prefix, @Nullable BlobKey after, int limit) {
        Checks.between("limit", limit, 1, 1000);
        return new FileListing(root.path(), prefix, after, limit).page();
    }

    /** Lets go of its gauge; the folder stays as it is. */
    @Override
    public void close() {
        Meters.Gauge gauge = free;
        if (gauge != null) {
            gauge.close();
        }
    }

    @Override
    public String toString() {
        return "FileBlobStore[" + name + ", " + root.path() + "]";
    }

    /** Options of a store in a folder. Not thread-safe. */
    public static final class Builder {
        private final String name;
        private final Path folder;
        private Durability durability = Durability.FILE_AND_FOLDER;
        private long minimumFree = 1L << 30;
        private Clock clock = Clock.systemUTC();

        private Builder(String name, Path folder) {
            this.name = Checks.name("name", name);
            this.folder = Checks.present("folder", folder);
        }

        /** What is forced to the disk before a put returns. Default: {@link Durability#FILE_AND_FOLDER}. */
        public Builder durability(Durability durability) {
            this.durability = Checks.present("durability", durability);
            return this;
        }

        /** The free bytes at which the load signal says 1: at the limit. Default: 1 GiB. */
        public Builder minimumFree(long bytes) {
            this.minimumFree = Checks.atLeast("minimumFree", bytes, 1);
            return this;
        }

        /** The clock of {@link BlobInfo#modified()}. Default: the system's. */
        public Builder clock(Clock clock) {
            this.clock = Checks.present("clock", clock);
            return this;
        }

        /** The store. @throws dev.headroom.config.ConfigurationException if the folder can't be made or written to */
        public FileBlobStore build() {
            return new FileBlobStore(this);
        }
    }
}
