package dev.headroom.testkit.internal.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How PostgreSQL runs for root where no user namespace can be made, as in many containers. */
@Tag("one-jdk")
class UnprivilegedCommandTest {
    @TempDir
    private Path directory;

    @BeforeEach
    void onlyRootActsAsOthers() throws IOException {
        assumeThat(Files.getAttribute(Path.of("/proc/self"), "unix:uid")).isEqualTo(0);
    }

    @Test
    void directoryIsGivenToTheUserThatTheServerRunsAs() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        UnprivilegedCommand.OTHER_USER.own(directory);
        assertThat(Files.getAttribute(file, "unix:uid")).isEqualTo(65_534);
        assertThat(Files.getAttribute(file, "unix:gid")).isEqualTo(65_534);
    }

    @Test
    void userThatTheServerRunsAsReachesWhatOnlyRootMayRead() throws Exception {
        Path program = Files.createDirectory(
                        directory.resolve("private"), PosixFilePermissions.asFileAttribute(ownerOnly()))
                .resolve("program");
        Files.copy(Path.of("/bin/true"), program);
        List<String> ask = UnprivilegedCommand.OTHER_USER.wrap(
                List.of("sh", "-c", "id -u; test -x '" + program + "' && '" + program + "' && echo reached"));
        Process process = new ProcessBuilder(ask).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said.lines()).containsExactly("65534", "reached");
    }

    private static Set<PosixFilePermission> ownerOnly() {
        return PosixFilePermissions.fromString("rwx------");
    }
}
