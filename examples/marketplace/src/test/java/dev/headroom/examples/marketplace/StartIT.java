package dev.headroom.examples.marketplace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What keeps it from starting is told in one line. */
@Tag("one-jdk")
class StartIT {
    @TempDir
    Path folder;

    private Process process;

    @AfterEach
    void end() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    @Test
    void tellsAPortThatIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            String said = saidBeforeTheEnd(Map.of("PORT", Integer.toString(taken.getLocalPort())));

            assertThat(said)
                    .matches("The marketplace can't start: port " + taken.getLocalPort()
                            + " can't be used: Address already in use.*\\R");
        }
    }

    @Test
    void tellsADatabaseThatDoesNotAnswer() throws Exception {
        int nobody;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = closed.getLocalPort();
        }
        String url = "jdbc:postgresql://127.0.0.1:" + nobody + "/shop";

        String said = saidBeforeTheEnd(
                Map.of("PORT", "0", "DATABASE_URL", url + "?password=hush", "BLOB_DIR", folder.toString()));

        assertThat(said)
                .contains("The marketplace can't start: the database at " + url + " can't be used: ")
                .contains("refused")
                .doesNotContain("hush")
                .doesNotContain("\tat ");
    }

    @Test
    void leavesNothingRunningWhenItIsStoppedWhileItStarts() throws Exception {
        Path out = start(Map.of("PORT", "0"));
        Awaitility.await("a database server")
                .atMost(Duration.ofSeconds(90))
                .until(() -> !process.isAlive() || !servers().isEmpty());
        process.destroy();

        assertThat(process.waitFor(60, TimeUnit.SECONDS))
                .as(Files.readString(out))
                .isTrue();
        assertThat(process.exitValue()).as(Files.readString(out)).isEqualTo(143);
        assertThat(servers()).isEmpty();
    }

    /** Processes of this user that were started with this test's folder in their arguments. */
    private List<String> servers() {
        return ProcessHandle.allProcesses()
                .filter(other -> other.pid() != process.pid())
                .flatMap(other -> other.info().commandLine().stream())
                .filter(command -> command.contains(folder.toString()))
                .toList();
    }

    private String saidBeforeTheEnd(Map<String, String> environment) throws IOException, InterruptedException {
        Path out = start(environment);
        assertThat(process.waitFor(90, TimeUnit.SECONDS))
                .as(Files.readString(out))
                .isTrue();
        assertThat(process.exitValue()).isEqualTo(1);
        return Files.readString(out);
    }

    private Path start(Map<String, String> environment) throws IOException {
        Path out = folder.resolve("out.txt");
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        Path.of("target", "marketplace.jar").toAbsolutePath().toString())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        builder.environment().remove("JAVA_TOOL_OPTIONS"); // the JVM tells of it
        builder.environment().put("DATA_DIR", folder.toString());
        builder.environment().putAll(environment);
        process = builder.start();
        return out;
    }
}
