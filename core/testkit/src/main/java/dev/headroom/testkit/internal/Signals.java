package dev.headroom.testkit.internal;

import dev.headroom.testkit.ServiceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Signals to processes and their children, through the shell's {@code kill}. */
public final class Signals {

    private static final Duration GONE = Duration.ofSeconds(10);

    private Signals() {}

    /** Stops a process, then its children: once it stands still it can start no further ones. */
    public static void suspend(ProcessHandle process) {
        send("STOP", List.of(process));
        Waiting.holdsWithin(Duration.ofSeconds(5), () -> "T".equals(state(process.pid())));
        send("STOP", process.descendants().toList());
    }

    /** Lets the children continue, then the process. */
    public static void resume(ProcessHandle process) {
        send("CONT", process.descendants().toList());
        send("CONT", List.of(process));
    }

    /** Kills a process and its children and waits until they are gone. */
    public static void kill(ProcessHandle process) {
        try {
            send("STOP", List.of(process));
        } finally {
            killAll(Stream.concat(Stream.of(process), process.descendants()).toList());
        }
    }

    /** Kills processes that need not be related and waits until they are gone. */
    public static void killAll(List<ProcessHandle> processes) {
        processes.forEach(ProcessHandle::destroyForcibly);
        Waiting.until(
                "processes " + pids(processes) + " did not end",
                GONE,
                () -> processes.stream().noneMatch(Signals::lives),
                () -> "still there: "
                        + pids(processes.stream().filter(Signals::lives).toList()));
    }

    /** Sends a signal by name ({@code "INT"}); a process that is gone already is no error. */
    public static void send(String signal, List<ProcessHandle> processes) {
        List<ProcessHandle> living = processes.stream().filter(Signals::lives).toList();
        if (living.isEmpty()) {
            return;
        }
        try {
            Process kill = new ProcessBuilder("sh", "-c", "kill -" + signal + " " + pids(living))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!kill.waitFor(10, TimeUnit.SECONDS)) {
                throw new ServiceException("kill -" + signal + " " + pids(living) + " did not return");
            }
        } catch (IOException e) {
            throw new ServiceException("could not send SIG" + signal + " to " + pids(living), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServiceException("interrupted while sending SIG" + signal, e);
        }
    }

    /** Whether the process exists and still holds resources: one that merely waits to be reaped does not. */
    public static boolean lives(ProcessHandle process) {
        return process.isAlive() && !"Z".equals(state(process.pid()));
    }

    /** The state letter of {@code /proc/<pid>/stat}, empty when it can't be read. */
    private static String state(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            int afterName = stat.lastIndexOf(") ");
            return stat.substring(afterName + 2, afterName + 3);
        } catch (IOException | RuntimeException e) {
            return "";
        }
    }

    private static String pids(List<ProcessHandle> processes) {
        return processes.stream().map(p -> Long.toString(p.pid())).collect(Collectors.joining(" "));
    }
}
