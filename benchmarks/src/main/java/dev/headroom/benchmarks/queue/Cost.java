package dev.headroom.benchmarks.queue;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The processor time of this JVM and of the database server, and what the server wrote to its log. */
final class Cost {
    private static final double NANOS_PER_TICK = 1e7; // CLK_TCK is 100 on Linux

    private final Database database;
    private final OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private final long server;
    private double jvm;
    private double backends;
    private double log;

    private Cost(Database database) throws SQLException {
        this.database = database;
        this.server = server(database);
    }

    /** From now on. */
    static Cost from(Database database) throws SQLException {
        Cost cost = new Cost(database);
        cost.jvm = cost.system.getProcessCpuTime();
        cost.backends = cost.serverNanos();
        cost.log = cost.position();
        return cost;
    }

    /** Until now, for each of so many jobs. */
    void into(Map<String, Double> figures, double jobs) throws SQLException {
        double own = (system.getProcessCpuTime() - jvm) / 1e3 / jobs;
        double theirs = (serverNanos() - backends) / 1e3 / jobs;
        double written = (position() - log) / jobs;
        figures.put("JVM µs/job", own);
        if (server != 0) {
            figures.put("server µs/job", theirs);
            figures.put("CPU µs/job", own + theirs);
        }
        if (database.isPostgres()) {
            figures.put("WAL B/job", written);
        }
    }

    private double position() throws SQLException {
        return database.isPostgres() ? database.number("select pg_current_wal_lsn() - '0/0'::pg_lsn") : 0;
    }

    private static long server(Database database) throws SQLException {
        if (database.isPostgres()) {
            return parent(stat(database.number("select pg_backend_pid()")));
        }
        if (database.isMariaDb()) {
            try {
                return Long.parseLong(Files.readString(Path.of(database.text("select @@pid_file")))
                        .strip());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return 0;
    }

    private double serverNanos() {
        if (server == 0) {
            return 0;
        }
        // Of those that have ended the parent keeps the sum.
        List<String> own = stat(server);
        double ticks = ticks(own, 11, 12) + ticks(own, 13, 14);
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            for (Path process : processes.toList()) {
                String name = process.getFileName().toString();
                if (name.chars().allMatch(Character::isDigit)) {
                    List<String> child = stat(Long.parseLong(name));
                    ticks += !child.isEmpty() && parent(child) == server ? ticks(child, 11, 12) : 0;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ticks * NANOS_PER_TICK;
    }

    /** The fields after the process's name: state, parent, …; empty if it has ended. */
    private static List<String> stat(long process) {
        try {
            String text = Files.readString(Path.of("/proc", Long.toString(process), "stat"));
            return List.of(text.substring(text.lastIndexOf(')') + 2).split(" "));
        } catch (IOException ended) {
            return List.of();
        }
    }

    private static long parent(List<String> stat) {
        return Long.parseLong(stat.get(1));
    }

    private static double ticks(List<String> stat, int user, int kernel) {
        return Double.parseDouble(stat.get(user)) + Double.parseDouble(stat.get(kernel));
    }
}
