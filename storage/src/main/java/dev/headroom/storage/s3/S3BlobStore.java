package dev.headroom.storage.s3;

import dev.headroom.Contracts;
import dev.headroom.Contributions;
import dev.headroom.config.Checks;
import dev.headroom.config.ConfigurationException;
import dev.headroom.health.HealthCheck;
import dev.headroom.meter.Meters;
import dev.headroom.storage.BlobException;
import dev.headroom.storage.BlobExistsException;
import dev.headroom.storage.BlobInfo;
import dev.headroom.storage.BlobKey;
import dev.headroom.storage.BlobNotFoundException;
import dev.headroom.storage.BlobPage;
import dev.headroom.storage.BlobRead;
import dev.headroom.storage.BlobSource;
import dev.headroom.storage.BlobStore;
import dev.headroom.storage.PutOptions;
import dev.headroom.storage.internal.StoreMeters;
import dev.headroom.storage.internal.StorePanel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * A store in a bucket of S3, or of a server that speaks its protocol.
 *
 * <p>A source is spooled first, in memory up to 1 MiB and in a temporary file beyond, so that its checksum is known before the upload,
 * an upload can be repeated, and memory stays bounded. The checksum travels with the upload, where the server verifies it, and stays
 * with the object ({@code x-amz-meta-headroom-crc32c}), where every full read verifies it. An object holds at most 5 GiB, the limit of a
 * single upload. Objects that others put lack the checksum: {@code head} and {@code get} refuse them.
 *
 * <pre>{@code
 * S3BlobStore store = S3BlobStore.builder("photos", s3Client, "shop-photos").build();
 * }</pre>
 *
 * <p>The client is the application's: its timeouts, retries and credentials are set there, and it is not closed here.
 */
public final class S3BlobStore implements BlobStore {
    private static final Logger log = LoggerFactory.getLogger(S3BlobStore.class);
    private static final int NOT_FOUND = 404;
    private static final int PRECONDITION_FAILED = 412;
    private static final int CONFLICT = 409;

    private final String name;
    private final S3Client client;
    private final String bucket;
    private final Path spoolFolder;
    private volatile StoreMeters meters;

    private S3BlobStore(Builder options) {
        this.name = options.name;
        this.client = options.client;
        this.bucket = options.bucket;
        this.spoolFolder = options.spoolFolder;
        this.meters = new StoreMeters(Meters.none(), name);
    }

    /**
     * A builder for a store in a bucket, which must be there.
     *
     * @param name the store's name in meters and the console
     */
    public static Builder builder(String name, S3Client client, String bucket) {
        return new Builder(name, client, bucket);
    }

    @Override
    public String name() {
        return "storage-" + name;
    }

    @Override
    public void contribute(Contributions to) {
        to.healthCheck(HealthCheck.required("blobs-" + name, () -> client.headBucket(r -> r.bucket(bucket))))
                .consolePanel(new StorePanel(name, "bucket " + bucket, () -> -1, () -> meters));
    }

    @Override
    public void connect(Contracts contracts) {
        meters = new StoreMeters(contracts.meters(), name);
    }

    @Override
    public BlobInfo put(BlobKey key, BlobSource source, PutOptions options) {
        long start = System.nanoTime();
        try (Spool spool = Spool.of(key, source, options, spoolFolder)) {
            String version = UUID.randomUUID().toString();
            PutObjectResponse stored = client.putObject(
                    request -> {
                        request.bucket(bucket)
                                .key(key.value())
                                .contentType(options.contentType())
                                .checksumCRC32C(
                                        ObjectHeaders.base64(spool.intake().crc32c()))
                                .metadata(ObjectHeaders.of(
                                        options.metadata(), spool.intake().crc32c(), version));
                        if (options.onlyIfAbsent()) {
                            request.ifNoneMatch("*");
                        }
                    },
                    spool.body());
            checkStored(key, stored, spool);
            BlobInfo info = head(key).orElseThrow(() -> new BlobNotFoundException(key));
            meters.put(key, info.size(), start);
            return info;
        } catch (S3Exception e) {
            if (options.onlyIfAbsent() && (e.statusCode() == PRECONDITION_FAILED || e.statusCode() == CONFLICT)) {
                throw new BlobExistsException(key);
            }
            throw failed("put", key, start, e);
        } catch (SdkException e) {
            throw failed("put", key, start, e);
        }
    }

    private void checkStored(BlobKey key, PutObjectResponse stored, Spool spool) {
        String said = stored.checksumCRC32C();
        String expected = ObjectHeaders.base64(spool.intake().crc32c());
        if (said != null && !said.equals(expected)) {
            meters.corrupted();
            throw new BlobException(
                    key, "blob: " + key + ": stored with CRC-32C " + said + " (expected: " + expected + ")", null);
        }
    }

    @Override
    public BlobRead get(BlobKey key) {
        long start = System.nanoTime();
        try {
            ResponseInputStream<GetObjectResponse> body =
                    client.getObject(r -> r.bucket(bucket).key(key.value()));
            try {
                BlobRead read = read(key, body);
                meters.opened(key, start);
                return read;
            } catch (RuntimeException | Error failure) {
                body.abort();
                throw failure;
            }
        } catch (NoSuchKeyException e) {
            throw new BlobNotFoundException(key);
        } catch (SdkException e) {
            throw failed("get", key, start, e);
        }
    }

    private BlobRead read(BlobKey key, ResponseInputStream<GetObjectResponse> body) {
        GetObjectResponse head = body.response();
        BlobInfo info =
                ObjectHeaders.info(key, head.contentLength(), head.contentType(), head.metadata(), head.lastModified());
        // Draining what is left of a large object costs more than the connection is worth.
        BlobRead.Closer closer = complete -> {
            if (complete) {
                body.close();
            } else {
                body.abort();
            }
        };
        return new BlobRead(info, body, closer, () -> meters.corrupted());
    }

    @Override
    public Optional<BlobInfo> head(BlobKey key) {
        try {
            HeadObjectResponse head = client.headObject(r -> r.bucket(bucket).key(key.value()));
            return Optional.of(ObjectHeaders.info(
                    key, head.contentLength(), head.contentType(), head.metadata(), head.lastModified()));
        } catch (S3Exception e) {
            if (e.statusCode() == NOT_FOUND) {
                return Optional.empty();
            }
            throw new BlobException(key, "blob: " + key + " could not be looked up in bucket " + bucket, e);
        } catch (SdkException e) {
            throw new BlobException(key, "blob: " + key + " could not be looked up in bucket " + bucket, e);
        }
    }

    @Override
    public boolean delete(BlobKey key) {
        try {
            boolean there = head(key).isPresent();
            client.deleteObject(r -> r.bucket(bucket).key(key.value()));
            return there;
        } catch (SdkException e) {
            throw new BlobException(key, "blob: " + key + " could not be deleted from bucket " + bucket, e);
        }
    }

    @Override
    public BlobPage list(String prefix, @Nullable BlobKey after, int limit) {
        Checks.between("limit", limit, 1, 1000);
        try {
            List<BlobKey> keys = new ArrayList<>();
            String last = after == null ? null : after.value();
            boolean more = true;
            while (more && keys.size() < limit) {
                ListObjectsV2Response page = objects(prefix, last, limit - keys.size());
                for (S3Object object : page.contents()) {
                    last = object.key();
                    key(last).ifPresent(keys::add);
                }
                more = Boolean.TRUE.equals(page.isTruncated())
                        && !page.contents().isEmpty();
            }
            return new BlobPage(keys, more ? Optional.of(keys.get(keys.size() - 1)) : Optional.empty());
        } catch (SdkException e) {
            throw new BlobException("blobs of bucket " + bucket + " could not be listed", e);
        }
    }

    private ListObjectsV2Response objects(String prefix, @Nullable String after, int limit) {
        return client.listObjectsV2(
                r -> r.bucket(bucket).prefix(prefix).startAfter(after).maxKeys(limit));
    }

    /** Empty for an object that no store has put here. */
    private Optional<BlobKey> key(String text) {
        try {
            return Optional.of(BlobKey.of(text));
        } catch (ConfigurationException foreign) {
            log.warn("storage: an object in bucket {} is left out of a listing: {}", bucket, foreign.getMessage());
            return Optional.empty();
        }
    }

    /** Does nothing: the client is the application's. */
    @Override
    public void close() {}

    private BlobException failed(String what, BlobKey key, long start, Exception cause) {
        meters.failed(what, key, start, cause);
        return new BlobException(key, "blob: " + key + ": " + what + " failed in bucket " + bucket, cause);
    }

    @Override
    public String toString() {
        return "S3BlobStore[" + name + ", bucket " + bucket + "]";
    }

    /** Options of a store in a bucket. Not thread-safe. */
    public static final class Builder {
        private final String name;
        private final S3Client client;
        private final String bucket;
        private Path spoolFolder = Path.of(System.getProperty("java.io.tmpdir"));

        private Builder(String name, S3Client client, String bucket) {
            this.name = Checks.name("name", name);
            this.client = Checks.present("client", client);
            this.bucket = Checks.notBlank("bucket", bucket);
        }

        /** Where sources beyond 1 MiB are kept until they are uploaded. Default: the JVM's temporary folder. */
        public Builder spoolFolder(Path spoolFolder) {
            this.spoolFolder = Checks.present("spoolFolder", spoolFolder);
            return this;
        }

        /** The store. */
        public S3BlobStore build() {
            return new S3BlobStore(this);
        }
    }
}
