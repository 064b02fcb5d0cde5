package dev.headroom.testkit.internal.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("one-jdk")
class UnprivilegedCommandTest {
    @TempDir
    private Path directory;

    /** The way of a container in which root may make no user namespace. */
    @Test
    void directoryIsGivenToTheUserThatTheServerRunsAs() throws IOException {
        assumeThat(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))
                .as("only root gives files away")
                .isEqualTo(0);
        Path file = Files.createFile(directory.resolve("file"));
        UnprivilegedCommand.OTHER_USER.own(directory);
        assertThat(Files.getAttribute(file, "unix:uid")).isEqualTo(65_534);
        assertThat(Files.getAttribute(file, "unix:gid")).isEqualTo(65_534);
    }
}
