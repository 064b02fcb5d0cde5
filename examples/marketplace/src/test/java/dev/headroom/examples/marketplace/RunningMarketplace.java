package dev.headroom.examples.marketplace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.testkit.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** The packaged marketplace in a process of its own, as {@code java -jar} starts it. */
final class RunningMarketplace implements AutoCloseable {
    private static final Pattern OPEN = Pattern.compile("open at http://localhost:(\\d+)");
    private static final Path JAR = Path.of(System.getProperty("basedir", ""), "target", "marketplace.jar")
            .toAbsolutePath();

    private final Process process;
    private final Path log;
    private final URI address;

    private RunningMarketplace(Process process, Path log) throws IOException {
        this.process = process;
        this.log = log;
        this.address = URI.create("http://localhost:" + port());
    }

    /** Starts it and returns when it is open. */
    static RunningMarketplace start(Path dataDir, Map<String, String> environment) throws IOException {
        assertThat(JAR).as("the package phase makes it").exists();
        Files.createDirectories(dataDir);
        Path log = Files.createTempFile(dataDir, "marketplace", ".log");
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(ChildJvm.ownOptions());
        command.addAll(List.of("-Djava.awt.headless=true", "-Xmx1g", "-jar", JAR.toString()));
        ProcessBuilder builder = new ProcessBuilder(command);
        List.of("DATABASE_URL", "REPLICA_URLS", "MEMCACHED", "BLOB_DIR", "S3_BUCKET", "S3_ENDPOINT", "SMTP", "STATSD")
                .forEach(builder.environment()::remove);
        Map<String, String> all = new HashMap<>(Map.of("PORT", "0", "DATA_DIR", dataDir.toString()));
        all.putAll(environment);
        builder.environment().putAll(all);
        Process process = builder.directory(dataDir.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .start();
        try {
            return new RunningMarketplace(process, log);
        } catch (IOException | RuntimeException | AssertionError failure) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            throw failure;
        }
    }

    /** Where it is. */
    URI address() {
        return address;
    }

    /** A page of it. */
    URI at(String path) {
        return address.resolve(path);
    }

    /** Ends it with {@code SIGKILL}; the databases it started are left running. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }

    /** Ends it with {@code SIGTERM}: it goes, and every process it started. */
    @Override
    public void close() throws IOException {
        if (!process.isAlive()) {
            return;
        }
        List<ProcessHandle> all = process.descendants().toList();
        process.destroy();
        try {
            CompletableFuture.allOf(all.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new))
                    .thenCombine(process.onExit(), (nothing, ended) -> ended)
                    .get(40, TimeUnit.SECONDS);
        } catch (Exception late) {
            all.forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            throw new AssertionError("still running 40 s after SIGTERM: " + Files.readString(log), late);
        }
    }

    private int port() throws IOException {
        Awaitility.await("the marketplace to open")
                .atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> !process.isAlive()
                        || OPEN.matcher(Files.readString(log)).find());
        String written = Files.readString(log);
        Matcher open = OPEN.matcher(written);
        assertThat(open.find()).as("the marketplace ended with:%n%s", written).isTrue();
        return Integer.parseInt(open.group(1));
    }
}
