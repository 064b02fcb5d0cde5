package dev.headroom.testkit.internal.mariadb;

import dev.headroom.testkit.ServiceException;
import dev.headroom.testkit.SharedMariaDb;
import dev.headroom.testkit.internal.LocalProcess;
import dev.headroom.testkit.internal.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The installed programs and how they are called. */
final class MariaDbPrograms {

    private static final boolean ROOT = "root".equals(System.getProperty("user.name"));

    private final String server;
    private final String installer;

    MariaDbPrograms() {
        this.server = find("mariadbd", "mysqld");
        this.installer = find("mariadb-install-db", "mysql_install_db");
    }

    /** Makes an empty data directory. */
    void install(Path data, Path log) {
        List<String> command = new ArrayList<>(List.of(
                installer,
                "--no-defaults",
                "--datadir=" + data,
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                "--skip-name-resolve"));
        if (ROOT) {
            command.add("--user=root");
        }
        try {
            // On a busy machine it fails now and then, and does well when it is run again.
            if (!succeeds(command, log)) {
                empty(data);
                if (!succeeds(command, log)) {
                    throw new ServiceException("mariadb-install-db failed:\n" + LocalProcess.tail(log));
                }
            }
        } catch (IOException e) {
            throw new ServiceException("could not run " + installer, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServiceException("interrupted during mariadb-install-db", e);
        }
    }

    private static boolean succeeds(List<String> command, Path log) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        boolean ended = process.waitFor(2, TimeUnit.MINUTES);
        process.destroyForcibly();
        return ended && process.exitValue() == 0;
    }

    private static void empty(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                    if (!each.equals(folder)) {
                        Files.delete(each);
                    }
                }
            }
        }
    }

    /** The command that starts a server; what is given as settings wins. */
    List<String> serverCommand(Map<String, String> settings) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("bind-address", "127.0.0.1");
        all.put("skip-name-resolve", "1");
        all.put("skip-slave-start", "1");
        all.put("log-bin", "binlog");
        all.put("relay-log", "relay");
        all.put("log-slave-updates", "1");
        all.put("binlog-format", "ROW");
        all.put("character-set-server", "utf8mb4");
        // to the operating system with each commit, to the disk now and then
        all.put("innodb-flush-log-at-trx-commit", "2");
        all.put("sync-binlog", "0");
        all.put("innodb-buffer-pool-size", "64M");
        all.put("performance-schema", "0");
        all.putAll(settings);
        List<String> command = new ArrayList<>(List.of(server, "--no-defaults"));
        if (ROOT) {
            command.add("--user=root");
        }
        all.forEach((name, value) -> command.add("--" + name + "=" + value));
        return command;
    }

    private static String find(String... names) {
        return Programs.require("MariaDB", "mariadb-server-core", SharedMariaDb.ENVIRONMENT_VARIABLE, names);
    }
}
