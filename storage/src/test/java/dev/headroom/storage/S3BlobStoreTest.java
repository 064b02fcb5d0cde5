package dev.headroom.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.storage.s3.S3BlobStore;
import dev.headroom.testkit.S3Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** The contract on a real S3 server. */
class S3BlobStoreTest extends BlobStoreContract {
    private static S3Server server;
    private static S3Client client;

    @TempDir
    Path spool;

    private String bucket;
    private S3BlobStore store;

    @BeforeAll
    static void start() {
        server = S3Server.start();
        client = S3Client.builder()
                .endpointOverride(server.endpoint())
                .forcePathStyle(true)
                .region(Region.of(server.region()))
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(server.accessKey(), server.secretKey())))
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .overrideConfiguration(overrides -> overrides.apiCallTimeout(Duration.ofSeconds(10)))
                .build();
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    @BeforeEach
    void open() {
        bucket = "test-" + UUID.randomUUID();
        client.createBucket(request -> request.bucket(bucket));
        store = S3BlobStore.builder("photos", client, bucket).spoolFolder(spool).build();
    }

    @Override
    BlobStore store() {
        return store;
    }

    /** The server of the tests keeps objects in folders, where one can't be both: S3 itself has no such limit. */
    @Override
    List<String> awkwardKeys() {
        return List.of("a-b", "a/b/c", "a.b", "ab", "a/bé", "Z", "a/b-", "10", "9");
    }

    @Test
    void leavesNoSpoolFileBehind() throws IOException {
        store.put(BlobKey.of("large"), BlobSource.of(bytes(3_000_000)));
        assertThatThrownBy(() -> store.put(
                        BlobKey.of("large"),
                        BlobSource.of(bytes(3_000_000)),
                        PutOptions.defaults().maximumSize(2_000_000)))
                .isInstanceOf(BlobTooLargeException.class);
        try (Stream<Path> files = Files.list(spool)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void noticesAnObjectThatSomebodyChanged() {
        BlobInfo put = store.put(BlobKey.of("p"), BlobSource.of(bytes(1000)));
        Map<String, String> headers =
                client.headObject(request -> request.bucket(bucket).key("p")).metadata();
        client.putObject(
                request -> request.bucket(bucket).key("p").metadata(headers), RequestBody.fromBytes(bytes(1001)));

        assertThatThrownBy(() -> read("p"))
                .isInstanceOf(BlobCorruptedException.class)
                .hasMessageContaining(String.format("%08x", put.crc32c()));
    }

    @Test
    void refusesAnObjectWithoutAChecksum() {
        client.putObject(request -> request.bucket(bucket).key("foreign"), RequestBody.fromBytes(bytes(10)));

        assertThatThrownBy(() -> store.get(BlobKey.of("foreign")))
                .isInstanceOf(BlobCorruptedException.class)
                .hasMessageContaining("an object without our checksum");
    }

    @Test
    void leavesObjectsOutOfListingsThatNoStoreHasPut() {
        List<BlobKey> ours = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            ours.add(BlobKey.of("a/b" + i));
            store.put(ours.get(i), BlobSource.of(bytes(10)));
        }
        for (String foreign : List.of("a/a\u0301", "a/a\u0302", "a/b1e\u0301", "a/c\u0301")) {
            client.putObject(request -> request.bucket(bucket).key(foreign), RequestBody.fromBytes(bytes(10)));
        }

        List<BlobKey> listed = new ArrayList<>();
        BlobPage page = store.list("a/", null, 1);
        listed.addAll(page.keys());
        while (page.next().isPresent()) {
            page = store.list("a/", page.next().get(), 1);
            listed.addAll(page.keys());
        }
        assertThat(listed).containsExactlyElementsOf(ours);
        assertThat(store.list("a/", null, 100).keys()).containsExactlyElementsOf(ours);
    }

    @Test
    void saysWhatFailedWhenTheServerIsGone() {
        server.stop();
        try {
            assertThatThrownBy(() -> store.put(BlobKey.of("p"), BlobSource.of(bytes(10))))
                    .isInstanceOf(BlobException.class)
                    .hasMessageContaining("blob: p: put failed in bucket " + bucket);
            assertThatThrownBy(() -> store.head(BlobKey.of("p"))).isInstanceOf(BlobException.class);
        } finally {
            server.restart();
        }
    }
}
