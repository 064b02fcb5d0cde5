package dev.headroom.benchmarks.queue;

import dev.headroom.testkit.DatabaseCluster;
import dev.headroom.testkit.MariaDbCluster;
import dev.headroom.testkit.PostgresCluster;
import dev.headroom.testkit.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Compares whole job queues:
 * {@code java -jar benchmarks.jar --system queue [scenario …] [--rounds N] [--subjects NAME,NAME] [--jobs N] [--rate N] [--seconds N]}.
 *
 * <p>Starts one PostgreSQL server, whose commits are on disk, and for each round, scenario and subject a database and a JVM, one after the
 * other; prints a table for each scenario.
 */
public final class QueueSystem {
    private static final List<String> SCENARIOS =
            List.of("burndown", "steady", "pickup", "elsewhere", "bulk", "transaction", "snapshot", "waiting", "burst");

    private final List<String> subjects = new ArrayList<>();
    private final List<String> scenarios = new ArrayList<>();
    private int rounds = 3;
    private int jobs;
    private int rate;
    private int seconds;

    private QueueSystem() {}

    /** Runs what the arguments say; returns the exit status. */
    public static int run(List<String> arguments) throws Exception {
        QueueSystem system = new QueueSystem();
        try {
            system.read(arguments);
        } catch (IllegalArgumentException wrong) {
            System.err.println(wrong.getMessage());
            return 2;
        }
        system.compare();
        return 0;
    }

    private void read(List<String> arguments) {
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (argument.startsWith("--") && i + 1 == arguments.size()) {
                throw new IllegalArgumentException(argument + ": nothing (expected: a value)");
            }
            switch (argument) {
                case "--rounds" -> rounds = Integer.parseInt(arguments.get(++i));
                case "--jobs" -> jobs = Integer.parseInt(arguments.get(++i));
                case "--rate" -> rate = Integer.parseInt(arguments.get(++i));
                case "--seconds" -> seconds = Integer.parseInt(arguments.get(++i));
                case "--subjects" ->
                    subjects.addAll(Arrays.asList(arguments.get(++i).split(",")));
                default -> scenarios.add(argument);
            }
        }
        for (String scenario : scenarios) {
            if (!SCENARIOS.contains(scenario)) {
                throw new IllegalArgumentException("scenario: " + scenario + " (expected: one of " + SCENARIOS + ")");
            }
        }
        subjects.forEach(QueueSubjects::database);
        if (scenarios.isEmpty()) {
            scenarios.addAll(SCENARIOS);
        }
    }

    private void compare() throws Exception {
        try (Servers servers = new Servers()) {
            for (String scenario : scenarios) {
                List<String> names = subjects.isEmpty() ? QueueSubjects.names(scenario) : subjects;
                Map<String, Map<String, List<Double>>> all = new LinkedHashMap<>();
                for (int round = 1; round <= rounds; round++) {
                    for (String subject : names) {
                        Map<String, List<Double>> figures = all.computeIfAbsent(subject, name -> new LinkedHashMap<>());
                        figures(servers, scenario, subject)
                                .forEach((name, value) -> figures.computeIfAbsent(name, unknown -> new ArrayList<>())
                                        .add(value));
                    }
                }
                print(scenario, all);
            }
        }
    }

    private Map<String, Double> figures(Servers servers, String scenario, String subject) throws Exception {
        try (TestDatabase database = servers.database(QueueSubjects.database(subject))) {
            String url = database == null
                    ? "jdbc:h2:async:" + servers.folder().resolve(subject + System.nanoTime()) + ";WRITE_DELAY=0"
                    : database.jdbcUrl();
            int count = jobs > 0 ? jobs : QueueSubjects.jobs(subject) * (scenario.equals("bulk") ? 2 : 1);
            List<String> command = QueueSubjectMain.command(
                    scenario,
                    subject,
                    url,
                    count,
                    rate > 0 ? rate : rate(scenario, subject),
                    seconds > 0 ? seconds : seconds(scenario));
            Process process = new ProcessBuilder(command)
                    .redirectError(servers.folder().resolve("errors.txt").toFile())
                    .start();
            Thread end = new Thread(process::destroyForcibly);
            Runtime.getRuntime().addShutdownHook(end);
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int status = process.waitFor();
            Runtime.getRuntime().removeShutdownHook(end);
            Map<String, Double> figures = new LinkedHashMap<>();
            output.lines()
                    .filter(line -> line.startsWith(QueueSubjectMain.MARK))
                    .forEach(line -> {
                        String[] parts =
                                line.substring(QueueSubjectMain.MARK.length()).split("=", 2);
                        figures.put(parts[0], Double.parseDouble(parts[1]));
                    });
            System.err.println(scenario + ", " + subject + ": " + figures);
            if (figures.isEmpty()) {
                figures.put("failed, status", (double) status);
                System.err.println(output);
                System.err.println(Files.readString(servers.folder().resolve("errors.txt")));
            }
            return figures;
        }
    }

    private static int rate(String scenario, String subject) {
        boolean slow = subject.equals("jobrunr") || subject.equals("quartz");
        return switch (scenario) {
            case "pickup", "elsewhere" -> subject.equals("jobrunr") ? 5 : 20;
            case "burst" -> 200;
            case "snapshot" -> subject.startsWith("headroom") ? 3_000 : 1_000;
            default -> slow ? 100 : 1_000;
        };
    }

    private static int seconds(String scenario) {
        return switch (scenario) {
            case "transaction" -> 60;
            case "snapshot" -> 60;
            default -> 20;
        };
    }

    private static void print(String scenario, Map<String, Map<String, List<Double>>> all) {
        Set<String> names = new LinkedHashSet<>();
        all.values().forEach(figures -> names.addAll(figures.keySet()));
        System.out.println("\n## " + scenario + "\n");
        System.out.println("| | " + String.join(" | ", all.keySet()) + " |");
        System.out.println("| --- |" + " ---: |".repeat(all.size()));
        for (String name : names) {
            List<String> cells = all.values().stream()
                    .map(figures -> cell(figures.getOrDefault(name, List.of())))
                    .toList();
            System.out.println("| " + name + " | " + String.join(" | ", cells) + " |");
        }
    }

    private static String cell(List<Double> values) {
        if (values.isEmpty()) {
            return "";
        }
        double lowest = Samples.quantile(values, 0, each -> each);
        double highest = Samples.quantile(values, 1, each -> each);
        String median = number(Samples.median(values));
        return values.size() == 1 ? median : median + " (" + number(lowest) + "–" + number(highest) + ")";
    }

    private static String number(double value) {
        String format = Math.abs(value) >= 100 || value == Math.rint(value)
                ? "%,.0f"
                : Math.abs(value) >= 10 ? "%,.1f" : "%,.2f";
        return String.format(Locale.ROOT, format, value);
    }

    /** The database servers, started when first asked for. */
    private static final class Servers implements AutoCloseable {
        private final Map<String, DatabaseCluster> started = new TreeMap<>();
        private final Path folder;

        Servers() throws Exception {
            folder = Files.createTempDirectory("headroom-benchmarks-queue");
        }

        Path folder() {
            return folder;
        }

        /** An empty database; null where it is in the subject's own JVM. */
        @Nullable TestDatabase database(String kind) {
            if (kind.equals("h2")) {
                return null;
            }
            return started.computeIfAbsent(kind, unknown -> kind.equals("mariadb") ? mariaDb() : postgres())
                    .createDatabase();
        }

        private static DatabaseCluster postgres() {
            return PostgresCluster.builder()
                    .maxConnections(300)
                    .setting("fsync", "on")
                    .setting("shared_buffers", "2GB")
                    .setting("max_wal_size", "8GB")
                    .setting("checkpoint_timeout", "15min")
                    .start();
        }

        private static DatabaseCluster mariaDb() {
            return MariaDbCluster.builder().start();
        }

        @Override
        public void close() throws Exception {
            for (DatabaseCluster each : started.values()) {
                each.close();
            }
            try (var files = Files.walk(folder)) {
                for (Path file :
                        files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
