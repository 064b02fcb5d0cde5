package dev.headroom.testkit.internal.postgres;

import dev.headroom.testkit.ServiceException;
import dev.headroom.testkit.internal.LocalProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs {@code initdb} and {@code postgres} as a user they accept. */
final class PostgresPrograms {

    static final String SUPERUSER = "postgres";

    private static final int OLDEST_MAJOR = 17;
    private static final Pattern VERSION = Pattern.compile("(\\d+)[.\\d]*\\s*$");

    private final PostgresBinaries binaries;
    private final UnprivilegedCommand user;
    private final int major;

    PostgresPrograms(PostgresBinaries binaries, UnprivilegedCommand user) {
        this.binaries = binaries;
        this.user = user;
        this.major = readMajor();
        if (major < OLDEST_MAJOR) {
            throw new ServiceException("PostgreSQL on the class path: " + major + " (expected: 17 or newer)");
        }
    }

    int major() {
        return major;
    }

    /**
     * Makes an empty cluster. Passwords go over the loopback interface in clear and are stored with a single round of
     * hashing: they are long and random, and a test opens many connections.
     */
    void initdb(Path data, String password, Path log) {
        Path passwordFile = data.resolveSibling(data.getFileName() + ".pw");
        try {
            Files.createDirectory(data);
            Files.writeString(passwordFile, password);
            user.own(data);
            user.own(passwordFile);
            run(initdbCommand(data, passwordFile), log);
        } catch (IOException e) {
            throw new ServiceException("could not make " + data, e);
        } finally {
            deleteQuietly(passwordFile);
        }
    }

    /** Starts a server over a data directory. */
    LocalProcess postgres(Path data, Path log) {
        user.own(data);
        return LocalProcess.start(user.wrap(List.of(binaries.program("postgres"), "-D", data.toString())), data, log);
    }

    private List<String> initdbCommand(Path data, Path passwordFile) {
        return List.of(
                binaries.program("initdb"),
                "--pgdata=" + data,
                "--username=" + SUPERUSER,
                "--pwfile=" + passwordFile,
                "--auth=password",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--no-sync",
                "--no-instructions",
                "--set=scram_iterations=1");
    }

    private void run(List<String> command, Path log) throws IOException {
        Process process = new ProcessBuilder(user.wrap(command))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        try {
            if (!process.waitFor(2, TimeUnit.MINUTES) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new ServiceException("initdb failed:\n" + LocalProcess.tail(log));
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new ServiceException("interrupted during initdb", e);
        }
    }

    private int readMajor() {
        try {
            Process process = new ProcessBuilder(binaries.program("postgres"), "--version").start();
            String answer =
                    new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.US_ASCII);
            Matcher matcher = VERSION.matcher(answer);
            if (!matcher.find()) {
                throw new ServiceException("'postgres --version' answered: " + answer);
            }
            return Integer.parseInt(matcher.group(1));
        } catch (IOException e) {
            throw new ServiceException("could not run " + binaries.program("postgres") + ": " + e.getMessage(), e);
        }
    }

    private static void deleteQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new ServiceException("could not delete " + file, e);
        }
    }
}
