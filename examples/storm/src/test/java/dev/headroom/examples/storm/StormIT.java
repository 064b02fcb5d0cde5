package dev.headroom.examples.storm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.testkit.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The packaged storm against the packaged marketplace, with databases of its own. */
@Tag("one-jdk")
class StormIT {
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final int INTERRUPTED = 130;

    /** One for all runs: PostgreSQL's programs are unpacked below it, once, and stay for the next run. */
    @TempDir
    private static Path temporary;

    @TempDir
    private Path directory;

    private Path out;
    private Process storm;

    /** Also takes away what a run that failed has left, so that the next test does not fail for it. */
    @AfterEach
    void end() throws Exception {
        List<ProcessHandle> all =
                Stream.concat(storm.descendants(), Stream.of(storm.toHandle())).toList();
        all.forEach(ProcessHandle::destroyForcibly);
        await().until(() -> all.stream().noneMatch(ProcessHandle::isAlive));
        try (DirectoryStream<Path> left = Files.newDirectoryStream(temporary, "headroom-storm-*")) {
            for (Path path : left) {
                try (Stream<Path> files = Files.walk(path)) {
                    files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
                }
            }
        }
    }

    @Test
    void uploadsPicturesOfEveryKindAndRefusesBrokenOnes() throws Exception {
        start(Map.of(), "upload", "--start", "--pictures", "12", "--broken", "50");

        assertThat(exitStatus()).as(said()).isZero();
        assertThat(said())
                .containsPattern("pictures acknowledged +12")
                .containsPattern("broken ones refused +6 of 6")
                .contains("held   the database has the acknowledged products and no others")
                .contains("All 13 invariants held.");
        assertNothingIsLeft();
    }

    @Test
    void loadsTheFrontPageOnceForAStampedeAtTwoInstances() throws Exception {
        String[] stampede =
                "stampede --start --instances 2 --standbys 0 --rounds 2 --clients 50 --products 3".split(" ");
        start(Map.of("CACHE", "on"), stampede);

        assertThat(exitStatus()).as(said()).isZero();
        assertThat(said())
                .contains("50 clients at 2 instance(s) with one memcached, cache on")
                .containsPattern("100 requests at 2 expiries: [12] loads")
                .contains("held   one load per expiry at most, by all instances together", "; 0 errors");
        assertNothingIsLeft();
    }

    @Test
    void isServedInGoodOrderWhenACrowdComes() throws Exception {
        start(Map.of(), "spike", "--start", "--from", "50", "--clients", "200", "--seconds", "6", "--products", "3");

        assertThat(exitStatus()).as(said()).isZero();
        assertThat(said()).contains("held   no answer was an error").contains("All 6 invariants held.");
        assertNothingIsLeft();
    }

    @Test
    @Tag("soak")
    void uploadsFiveHundredPictures() throws Exception {
        start(Map.of(), "upload", "--start", "--pictures", "500");

        int status = exitStatus(Duration.ofMinutes(40));
        said().lines().forEach(line -> System.out.println("soak: " + line));
        assertThat(status).isZero();
        assertThat(said()).containsPattern("pictures acknowledged +500").contains("invariants held.");
        assertNothingIsLeft();
    }

    @ParameterizedTest
    @ValueSource(strings = {"lag", "failover"})
    @Tag("soak")
    void holdsWhenDatabasesBreak(String scenario) throws Exception {
        start(Map.of(), scenario, "--start");

        int status = exitStatus(Duration.ofMinutes(10));
        said().lines().forEach(line -> System.out.println("soak: " + line));
        assertThat(status).isZero();
        assertThat(said()).contains("invariants held.");
        assertNothingIsLeft();
    }

    @Test
    void leavesNothingBehindWhenInterrupted() throws Exception {
        start(Map.of(), "stampede", "--start", "--rounds", "100", "--products", "0");
        await().atMost(PATIENCE).until(() -> said().contains("The marketplace is open") || !storm.isAlive());
        assertThat(processesAtWork()).as(said()).isNotEmpty();

        new ProcessBuilder("kill", "-INT", Long.toString(storm.pid())).start().waitFor();

        assertThat(exitStatus()).as(said()).isEqualTo(INTERRUPTED);
        assertNothingIsLeft();
    }

    @Test
    void leavesNothingBehindWhenTheMarketplaceDoesNotStart() throws Exception {
        start(Map.of("CACHE", "sometimes"), "stampede", "--start", "--products", "0");

        assertThat(exitStatus()).isEqualTo(1);
        assertThat(said()).contains("the marketplace ended before it opened", "sometimes", "on, naive or off");
        assertNothingIsLeft();
    }

    private void start(Map<String, String> environment, String... arguments) throws IOException {
        out = directory.resolve("out.txt");
        // What is started in the background of a shell ignores SIGINT otherwise, and what it starts does.
        List<String> command = new ArrayList<>(List.of(
                "env",
                "--default-signal=INT",
                Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(ChildJvm.ownOptions());
        command.addAll(List.of(
                "-Djava.io.tmpdir=" + temporary.toRealPath(),
                "-Djava.awt.headless=true",
                "-jar",
                Path.of("target", "storm.jar").toAbsolutePath().toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile());
        builder.environment().putAll(environment);
        storm = builder.start();
    }

    private int exitStatus() throws InterruptedException, IOException {
        return exitStatus(PATIENCE);
    }

    private int exitStatus(Duration patience) throws InterruptedException, IOException {
        assertThat(storm.waitFor(patience.toSeconds(), TimeUnit.SECONDS))
                .as(said())
                .isTrue();
        return storm.exitValue();
    }

    private String said() throws IOException {
        return Files.readString(out);
    }

    private void assertNothingIsLeft() throws IOException {
        assertThat(processesAtWork()).isEmpty();
        assertThat(temporary).isDirectoryNotContaining("glob:**/headroom-{storm,testkit}-*");
    }

    /** Databases and the site have their working directories where storm keeps temporary files. */
    private List<String> processesAtWork() throws IOException {
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            return all.filter(this::worksHere)
                    .map(ProcessHandle::info)
                    .map(Object::toString)
                    .toList();
        }
    }

    private boolean worksHere(ProcessHandle process) {
        try {
            return Files.readSymbolicLink(Path.of("/proc", Long.toString(process.pid()), "cwd"))
                    .startsWith(temporary.toRealPath());
        } catch (IOException endedOrNotOurs) {
            return false;
        }
    }
}
