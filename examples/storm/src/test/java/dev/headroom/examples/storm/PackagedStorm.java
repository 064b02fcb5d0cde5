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
import org.junit.jupiter.api.io.TempDir;

/** Starts the packaged storm, which starts the packaged marketplace with databases of its own, and looks for what it leaves. */
abstract class PackagedStorm {
    static final Duration PATIENCE = Duration.ofMinutes(4);

    @TempDir
    private Path directory;

    private Path out;
    Process storm;

    /** Also takes away what a run that failed has left, so that the next test does not fail for it. */
    @AfterEach
    void end() throws Exception {
        List<ProcessHandle> all =
                Stream.concat(storm.descendants(), Stream.of(storm.toHandle())).toList();
        all.forEach(ProcessHandle::destroyForcibly);
        await().until(() -> all.stream().noneMatch(ProcessHandle::isAlive));
        try (DirectoryStream<Path> left = Files.newDirectoryStream(temporary(), "headroom-storm-*")) {
            for (Path path : left) {
                try (Stream<Path> files = Files.walk(path)) {
                    files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
                }
            }
        }
    }

    /** One for all runs of a class: PostgreSQL's programs are unpacked below it, once, and stay for the next run. */
    abstract Path temporary();

    final void start(Map<String, String> environment, String... arguments) throws IOException {
        out = directory.resolve("out.txt");
        // What is started in the background of a shell ignores SIGINT otherwise, and what it starts does.
        List<String> command = new ArrayList<>(List.of(
                "env",
                "--default-signal=INT",
                Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(ChildJvm.ownOptions());
        command.addAll(List.of(
                "-Djava.io.tmpdir=" + temporary().toRealPath(),
                "-Djava.awt.headless=true",
                "-jar",
                Path.of("target", "storm.jar").toAbsolutePath().toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile());
        builder.environment().putAll(environment);
        storm = builder.start();
    }

    final int exitStatus() throws InterruptedException, IOException {
        return exitStatus(PATIENCE);
    }

    final int exitStatus(Duration patience) throws InterruptedException, IOException {
        assertThat(storm.waitFor(patience.toSeconds(), TimeUnit.SECONDS))
                .as(said())
                .isTrue();
        return storm.exitValue();
    }

    final String said() throws IOException {
        return Files.readString(out);
    }

    final void assertNothingIsLeft() throws IOException {
        assertThat(processesAtWork()).isEmpty();
        assertThat(temporary()).isDirectoryNotContaining("glob:**/headroom-{storm,testkit}-*");
    }

    /** Databases and the site have their working directories where storm keeps temporary files. */
    final List<String> processesAtWork() throws IOException {
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
                    .startsWith(temporary().toRealPath());
        } catch (IOException endedOrNotOurs) {
            return false;
        }
    }
}
