package dev.headroom.storage.testing;

import dev.headroom.config.Checks;
import dev.headroom.storage.BlobExistsException;
import dev.headroom.storage.BlobInfo;
import dev.headroom.storage.BlobKey;
import dev.headroom.storage.BlobNotFoundException;
import dev.headroom.storage.BlobPage;
import dev.headroom.storage.BlobRead;
import dev.headroom.storage.BlobSource;
import dev.headroom.storage.BlobStore;
import dev.headroom.storage.PutOptions;
import dev.headroom.storage.internal.Intake;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** A store in memory, for tests: as careful as the others, and gone with the process. Thread-safe. */
public final class MemoryBlobStore implements BlobStore {
    private record Blob(BlobInfo info, byte[] bytes) {}

    private final NavigableMap<BlobKey, Blob> blobs = new ConcurrentSkipListMap<>();
    private final Clock clock;

    /** An empty store on the system's clock. */
    public MemoryBlobStore() {
        this(Clock.systemUTC());
    }

    /** An empty store whose blobs are dated by this clock. */
    public MemoryBlobStore(Clock clock) {
        this.clock = clock;
    }

    @Override
    public String name() {
        return "storage-memory";
    }

    @Override
    public BlobInfo put(BlobKey key, BlobSource source, PutOptions options) {
        if (options.onlyIfAbsent() && blobs.containsKey(key)) {
            throw new BlobExistsException(key);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Intake intake = Intake.copy(key, source, options, bytes);
        BlobInfo info = new BlobInfo(
                key,
                intake.size(),
                intake.crc32c(),
                UUID.randomUUID().toString(),
                options.contentType(),
                options.metadata(),
                clock.instant());
        Blob blob = new Blob(info, bytes.toByteArray());
        if (!options.onlyIfAbsent()) {
            blobs.put(key, blob);
        } else if (blobs.putIfAbsent(key, blob) != null) {
            throw new BlobExistsException(key);
        }
        return info;
    }

    @Override
    public BlobRead get(BlobKey key) {
        Blob blob = blobs.get(key);
        if (blob == null) {
            throw new BlobNotFoundException(key);
        }
        return new BlobRead(blob.info(), new ByteArrayInputStream(blob.bytes()), complete -> {}, () -> {});
    }

    @Override
    public Optional<BlobInfo> head(BlobKey key) {
        return Optional.ofNullable(blobs.get(key)).map(Blob::info);
    }

    @Override
    public boolean delete(BlobKey key) {
        return blobs.remove(key) != null;
    }

    @Override
    public BlobPage list(String prefix, @Nullable BlobKey after, int limit) {
        Checks.between("limit", limit, 1, 1000);
        NavigableMap<BlobKey, Blob> from = after == null ? blobs : blobs.tailMap(after, false);
        List<BlobKey> keys = new ArrayList<>();
        for (BlobKey key : from.keySet()) {
            if (!key.value().startsWith(prefix)) {
                continue;
            }
            if (keys.size() == limit) {
                return new BlobPage(keys, Optional.of(keys.get(limit - 1)));
            }
            keys.add(key);
        }
        return new BlobPage(keys, Optional.empty());
    }

    @Override
    public void close() {
        blobs.clear();
    }
}
