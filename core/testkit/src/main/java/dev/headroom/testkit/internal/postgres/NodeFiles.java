package dev.headroom.testkit.internal.postgres;

import dev.headroom.testkit.ServiceException;
import dev.headroom.testkit.internal.ProcessesIn;
import dev.headroom.testkit.internal.Signals;
import dev.headroom.testkit.internal.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The files of one node's data directory that the test kit reads and writes.
 *
 * <p>The test kit's settings are in a file of their own, included at the end of {@code postgresql.conf} and written anew
 * at every start. {@code ALTER SYSTEM} writes to {@code postgresql.auto.conf}, which is read later and therefore wins.
 */
final class NodeFiles {

    private static final String SETTINGS = "headroom.conf";
    private static final Duration ORDERLY = Duration.ofSeconds(20);

    private final Path data;

    NodeFiles(Path data) {
        this.data = data;
    }

    Path data() {
        return data;
    }

    boolean exists() {
        return Files.exists(data.resolve("PG_VERSION"));
    }

    String version() {
        return read("PG_VERSION").strip();
    }

    /** Makes {@code postgresql.conf} read the test kit's settings. */
    void includeSettings() {
        write("postgresql.conf", "\ninclude_if_exists = '" + SETTINGS + "'\n", StandardOpenOption.APPEND);
    }

    void writeSettings(Map<String, String> settings) {
        String text = settings.entrySet().stream()
                .map(setting -> setting.getKey() + " = '" + setting.getValue().replace("'", "''") + "'\n")
                .collect(Collectors.joining());
        write(SETTINGS, text, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING);
    }

    void markAsStandby() {
        write("standby.signal", "", StandardOpenOption.CREATE);
    }

    /** Ends what {@code ALTER SYSTEM} has left, such as a cut stream. */
    void forgetAlterSystem() {
        write("postgresql.auto.conf", "", StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING);
    }

    void writeBackupLabel(String label) {
        write("backup_label", label, StandardOpenOption.CREATE_NEW);
    }

    /** Whether the server says in its pid file that it takes connections. */
    boolean ready(long pid) {
        List<String> lines = pidFile();
        return lines.size() >= 8
                && lines.get(0).equals(Long.toString(pid))
                && lines.get(7).strip().equals("ready");
    }

    /**
     * Ends the servers that a killed JVM left running in this directory, so that a new one can start over the data. They
     * are recognised by their working directory, never by the pid file alone.
     */
    void stopLeftovers() {
        List<ProcessHandle> leftovers = servers();
        if (!leftovers.isEmpty()) {
            Signals.send("CONT", leftovers);
            postmaster(leftovers).ifPresent(postmaster -> Signals.send("INT", List.of(postmaster)));
            if (!Waiting.holdsWithin(ORDERLY, () -> servers().isEmpty())) {
                Signals.killAll(servers());
            }
        }
        delete("postmaster.pid");
    }

    /** Kills whatever works in this directory. */
    void killLeftovers() {
        Signals.killAll(servers());
    }

    /**
     * Removes the small shared memory segment that a killed server leaves behind; the next start over the same directory
     * would do so, and there will be none.
     */
    void removeSharedMemory() {
        List<String> lines = pidFile();
        if (lines.size() < 7) {
            return;
        }
        String[] keyAndId = lines.get(6).strip().split("\\s+");
        try {
            new ProcessBuilder("ipcrm", "-m", keyAndId[keyAndId.length - 1])
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor(10, TimeUnit.SECONDS);
        } catch (IOException e) {
            throw new ServiceException("could not run ipcrm", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private List<ProcessHandle> servers() {
        List<ProcessHandle> byDirectory = ProcessesIn.directory(data).stream()
                .filter(process -> ProcessesIn.executable(process).startsWith("postgres"))
                .toList();
        if (!byDirectory.isEmpty()) {
            return byDirectory;
        }
        // in a container without CAP_SYS_PTRACE the working directory of another user's process can't be read
        return ProcessesIn.withArgument(data.toString()).stream()
                .flatMap(postmaster -> Stream.concat(Stream.of(postmaster), postmaster.descendants()))
                .filter(Signals::lives)
                .toList();
    }

    private static Optional<ProcessHandle> postmaster(List<ProcessHandle> servers) {
        return servers.stream()
                .filter(server -> server.parent().filter(servers::contains).isEmpty())
                .findFirst();
    }

    private List<String> pidFile() {
        try {
            return Files.readAllLines(data.resolve("postmaster.pid"));
        } catch (IOException e) {
            return List.of();
        }
    }

    private String read(String file) {
        try {
            return Files.readString(data.resolve(file));
        } catch (IOException e) {
            throw new ServiceException("could not read " + data.resolve(file), e);
        }
    }

    private void write(String file, String text, StandardOpenOption... options) {
        StandardOpenOption[] all = java.util.Arrays.copyOf(options, options.length + 1);
        all[options.length] = StandardOpenOption.WRITE;
        try {
            Files.writeString(data.resolve(file), text, all);
        } catch (IOException e) {
            throw new ServiceException("could not write " + data.resolve(file), e);
        }
    }

    private void delete(String file) {
        try {
            Files.deleteIfExists(data.resolve(file));
        } catch (IOException e) {
            throw new ServiceException("could not delete " + data.resolve(file), e);
        }
    }
}
