package dev.headroom.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.config.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileBlobStoreTest extends BlobStoreContract {
    @TempDir
    Path folder;

    private FileBlobStore store;

    @BeforeEach
    void open() {
        store = FileBlobStore.builder("photos", folder.resolve("blobs")).build();
    }

    @Override
    BlobStore store() {
        return store;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../evil",
                "a/../b",
                "/etc/passwd",
                "a//b",
                "a/",
                ".",
                "a/.",
                "a\u0000b",
                "a\nb",
                "e\u0301",
                "\ud800"
            })
    void refusesAKeyThatIsNone(String key) {
        assertThatThrownBy(() -> BlobKey.of(key))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("expected: 1 to 1024 bytes in segments");
    }

    @Test
    void keepsEveryKeyInsideItsFolder() throws IOException {
        Random random = new Random(SEED);
        String alphabet = "aA0.%~-_\\ :*?\"<>|é漢😀…";
        int[] points = alphabet.codePoints().toArray();
        for (int i = 0; i < 300; i++) {
            StringBuilder text = new StringBuilder();
            int length = 1 + random.nextInt(i % 10 == 0 ? 250 : 12);
            for (int c = 0; c < length; c++) {
                text.appendCodePoint(points[random.nextInt(points.length)]);
            }
            String value = "k" + i + "/x" + text;
            if (value.getBytes(UTF_8).length > 1024) {
                continue;
            }
            BlobKey key = BlobKey.of(value);
            store.put(key, BlobSource.of(value.getBytes(UTF_8)));
            assertThat(read(value)).asString(UTF_8).isEqualTo(value);
            assertThat(store.list("k" + i + "/", null, 10).keys()).containsExactly(key);
        }
        assertThat(files(folder)).allMatch(file -> file.startsWith(folder.resolve("blobs")));
    }

    @Test
    void noticesEveryFlippedByte() throws IOException {
        byte[] content = "a small photograph".getBytes(UTF_8);
        store.put(BlobKey.of("p"), BlobSource.of(content), PutOptions.defaults().contentType("image/png"));
        Path file = files(folder.resolve("blobs")).get(0);
        byte[] whole = Files.readAllBytes(file);
        for (int i = 0; i < whole.length; i++) {
            byte[] damaged = whole.clone();
            damaged[i] ^= 1;
            Files.write(file, damaged);
            assertThatThrownBy(() -> read("p"))
                    .as("byte %s of %s flipped", i, whole.length)
                    .isInstanceOf(BlobCorruptedException.class);
        }
    }

    @Test
    void sweepsOnPastADamagedBlob() throws Exception {
        store.put(BlobKey.of("photos/1"), BlobSource.of(bytes(10)));
        Path damaged = files(folder.resolve("blobs")).get(0);
        Files.write(damaged, bytes(7));
        store.put(BlobKey.of("photos/2"), BlobSource.of(bytes(10)));
        CountingMeters meters = new CountingMeters();

        long swept = BlobSweep.builder(store, keys -> List.of())
                .clock(Clock.offset(Clock.systemUTC(), Duration.ofDays(1)))
                .meters(meters)
                .build()
                .run();

        assertThat(swept).isEqualTo(1);
        assertThat(damaged).exists();
        assertThat(meters.count(StorageMeters.SWEEP_DAMAGED, "store", store.name()))
                .isEqualTo(1);
    }

    @Test
    void noticesAFileCutShort() throws IOException {
        store.put(BlobKey.of("p"), BlobSource.of(bytes(5000)));
        Path file = files(folder.resolve("blobs")).get(0);
        byte[] whole = Files.readAllBytes(file);
        for (int length : new int[] {0, 1, 15, 16, 4999, 5000, whole.length - 1}) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> read("p")).isInstanceOf(BlobCorruptedException.class);
        }
    }

    @Test
    void refusesALinkThatLeadsOut() throws IOException {
        Path outside = Files.createDirectories(folder.resolve("outside"));
        Files.createSymbolicLink(folder.resolve("blobs/trap"), outside);

        assertThatThrownBy(() -> store.put(BlobKey.of("trap/x"), BlobSource.of(bytes(10))))
                .isInstanceOf(BlobException.class)
                .hasRootCauseMessage("folder: " + folder.resolve("blobs/trap")
                        + " (expected: no link that leads out of " + folder.resolve("blobs") + ")");
        assertThat(files(outside)).isEmpty();
    }

    @Test
    void deletesTemporaryFilesOfEndedProcessesOnly() throws IOException {
        Path old = folder.resolve("blobs/.tmp/old");
        Path young = folder.resolve("blobs/.tmp/young");
        Files.write(old, bytes(10));
        Files.write(young, bytes(10));
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minusSeconds(7200)));

        FileBlobStore.builder("photos", folder.resolve("blobs")).build();

        assertThat(old).doesNotExist();
        assertThat(young).exists();
    }

    @Test
    void leavesNoTemporaryFileBehind() throws IOException {
        for (int i = 0; i < 20; i++) {
            store.put(BlobKey.of("x"), BlobSource.of(bytes(i)));
            assertThatThrownBy(() -> store.put(
                            BlobKey.of("x"),
                            BlobSource.of(bytes(10)),
                            PutOptions.defaults().ifAbsent()))
                    .isInstanceOf(BlobExistsException.class);
        }
        assertThat(files(folder.resolve("blobs/.tmp"))).isEmpty();
    }

    @Test
    void refusesAFolderThatIsAFile() throws IOException {
        Path file = Files.write(folder.resolve("file"), bytes(1));

        assertThatThrownBy(() -> FileBlobStore.builder("photos", file).build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("folder: " + file + " (expected: a folder that can be made and written to");
    }

    private static List<Path> files(Path below) throws IOException {
        try (Stream<Path> all = Files.walk(below)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }
}
