package dev.headroom.testkit.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Finds processes by the directory they work in, from {@code /proc}.
 *
 * <p>A server's working directory is its data directory (or one that belongs to the test kit alone), so this finds what
 * a killed JVM left behind without trusting process ids in files, which may have been given to somebody else since.
 */
public final class ProcessesIn {

    private ProcessesIn() {}

    /** The living processes whose working directory is the given one or lies in it. */
    public static List<ProcessHandle> directory(Path directory) {
        Path real = real(directory);
        return ProcessHandle.allProcesses()
                .filter(process -> workingDirectory(process.pid())
                        .filter(at -> at.startsWith(real))
                        .isPresent())
                .filter(process -> process.pid() != ProcessHandle.current().pid())
                .filter(Signals::lives)
                .toList();
    }

    /** The living processes that were started with the given argument, word for word. */
    public static List<ProcessHandle> withArgument(String argument) {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info()
                        .arguments()
                        .filter(arguments -> Arrays.asList(arguments).contains(argument))
                        .isPresent())
                .filter(process -> process.pid() != ProcessHandle.current().pid())
                .filter(Signals::lives)
                .toList();
    }

    /** The file name of the executable a process runs, empty when it can't be read. */
    public static String executable(ProcessHandle process) {
        return link(process.pid(), "exe")
                .map(path -> path.getFileName().toString())
                .orElse("");
    }

    private static Optional<Path> workingDirectory(long pid) {
        return link(pid, "cwd");
    }

    private static Optional<Path> link(long pid, String name) {
        try {
            return Optional.of(Files.readSymbolicLink(Path.of("/proc", Long.toString(pid), name)));
        } catch (IOException e) {
            // gone meanwhile, or another user's
            return Optional.empty();
        }
    }

    private static Path real(Path directory) {
        try {
            return directory.toRealPath();
        } catch (IOException e) {
            return directory.toAbsolutePath().normalize();
        }
    }
}
