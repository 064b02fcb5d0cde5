package dev.headroom.examples.marketplace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What keeps it from starting is told in one line. */
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

        String said = saidBeforeTheEnd(Map.of("PORT", "0", "DATABASE_URL", url + "?password=hush"));

        assertThat(said)
                .contains("The marketplace can't start: the database at " + url + " can't be used: ")
                .contains("refused")
                .doesNotContain("hush")
                .doesNotContain("\tat ");
    }

    private String saidBeforeTheEnd(Map<String, String> environment) throws IOException, InterruptedException {
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
        assertThat(process.waitFor(90, TimeUnit.SECONDS))
                .as(Files.readString(out))
                .isTrue();
        assertThat(process.exitValue()).isEqualTo(1);
        return Files.readString(out);
    }
}
