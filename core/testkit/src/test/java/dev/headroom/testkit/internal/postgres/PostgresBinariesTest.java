package dev.headroom.testkit.internal.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

class PostgresBinariesTest {
    @TempDir
    private Path folder;

    @Test
    void saysWhatTarSaid() throws IOException {
        Path archive = folder.resolve("broken.txz");
        try (OutputStream out = new XZOutputStream(Files.newOutputStream(archive), new LZMA2Options())) {
            out.write("this is no archive, and longer than one of its blocks of 512 bytes"
                    .repeat(20)
                    .getBytes(StandardCharsets.US_ASCII));
        }
        Path target = Files.createDirectory(folder.resolve("target"));

        assertThatThrownBy(() -> PostgresBinaries.extract(archive.toUri().toURL(), target))
                .isInstanceOf(IOException.class)
                .hasMessageMatching("(?s)tar ended with status 2: tar: .*");
        assertThat(folder).isDirectoryNotContaining("glob:**unpacking-*");
    }

    @Test
    void sweepsWhatAKilledJvmLeftAndLeavesTheOthers() throws IOException {
        Path old = Files.createDirectories(folder.resolve("unpacking-1/bin")).getParent();
        Path young = Files.createDirectory(folder.resolve("unpacking-2"));
        Path other = Files.createDirectory(folder.resolve("postgresql-1"));
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
        Files.setLastModifiedTime(other, FileTime.from(Instant.now().minus(Duration.ofHours(2))));

        PostgresBinaries.sweepAbandoned(folder);

        assertThat(old).doesNotExist();
        assertThat(young).exists();
        assertThat(other).exists();
    }
}
