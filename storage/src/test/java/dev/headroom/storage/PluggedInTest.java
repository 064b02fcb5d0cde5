package dev.headroom.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.Headroom;
import dev.headroom.RequestContext;
import dev.headroom.debug.DebugLog;
import dev.headroom.load.Criticality;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluggedInTest {
    @TempDir
    Path folder;

    @Test
    void tellsTheLoadFeedbackHowCloseTheDiskIsToFull() {
        FileBlobStore store = FileBlobStore.builder("photos", folder)
                .minimumFree(folder.toFile().getUsableSpace() * 5)
                .build();
        try (Headroom headroom = Headroom.builder("test").plug(store).build()) {
            assertThat(headroom.load().pressures()).containsEntry("storage.photos.space", 1.2);
            assertThat(headroom.load().advise(Criticality.SHEDDABLE_PLUS).stop())
                    .isTrue();
            assertThat(headroom.load().advise(Criticality.CRITICAL).go()).isTrue();
        }
    }

    @Test
    void knowsNoPressureOfADiskThatDoesNotSayWhatIsFree() {
        assertThat(FileBlobStore.pressure(100, -1)).isNaN();
        assertThat(FileBlobStore.pressure(100, 0)).isEqualTo(1.2);
        assertThat(FileBlobStore.pressure(100, 200)).isEqualTo(0.5);
    }

    @Test
    void addsALineForEachCallToTheDebugLogWithoutTheBytes() {
        List<String> lines = new ArrayList<>();
        DebugLog log = new DebugLog() {
            @Override
            public boolean enabled() {
                return true;
            }

            @Override
            public void add(String area, String text, long nanos, @Nullable Throwable failure) {
                lines.add(area + " " + text);
            }
        };
        FileBlobStore store = FileBlobStore.builder("photos", folder).build();
        try (RequestContext.Scope scope =
                RequestContext.builder().debug(log).build().open()) {
            store.put(BlobKey.of("p/1"), BlobSource.of(new byte[] {1}));
            store.get(BlobKey.of("p/1"));
        }
        assertThat(lines).containsExactly("blob [photos] put p/1", "blob [photos] get p/1");
    }

    @Test
    void noticesADamagedPayloadAtTheEndOfAFullRead() throws Exception {
        FileBlobStore store = FileBlobStore.builder("photos", folder).build();
        store.put(BlobKey.of("p"), BlobSource.of(new byte[] {1, 2, 3}));
        try (Stream<Path> all = Files.walk(folder)) {
            Path file = all.filter(path -> path.toString().endsWith(".blob"))
                    .findFirst()
                    .orElseThrow();
            byte[] whole = Files.readAllBytes(file);
            whole[0] ^= 1;
            Files.write(file, whole);
        }
        assertThatThrownBy(() -> {
                    try (BlobRead read = store.get(BlobKey.of("p"))) {
                        read.readAllBytes();
                    }
                })
                .isInstanceOf(BlobCorruptedException.class)
                .hasMessageContaining("expected: size 3");
    }
}
