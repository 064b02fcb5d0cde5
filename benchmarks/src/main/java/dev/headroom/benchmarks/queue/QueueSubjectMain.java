package dev.headroom.benchmarks.queue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The JVM in which one scenario happens to one subject; prints its figures. */
final class QueueSubjectMain {
    static final String MARK = "figure ";

    private QueueSubjectMain() {}

    /** Arguments: scenario, subject, the database's URL, jobs, rate, seconds. */
    public static void main(String[] arguments) throws Exception {
        try (Database database = new Database(arguments[2])) {
            Trial trial = new Trial(
                    arguments[1],
                    database,
                    Integer.parseInt(arguments[3]),
                    Integer.parseInt(arguments[4]),
                    Integer.parseInt(arguments[5]));
            figures(arguments[0], trial).forEach((name, value) -> System.out.println(MARK + name + "=" + value));
        }
        System.exit(0); // some peers leave threads behind
    }

    private static Map<String, Double> figures(String scenario, Trial trial) throws Exception {
        return switch (scenario) {
            case "burndown" -> new Throughput(trial).burndown();
            case "bulk" -> new Throughput(trial).bulk();
            case "waiting" -> new Throughput(trial).waiting();
            case "transaction" -> new Throughput(trial).transaction();
            case "steady" -> new Latency(trial).steady();
            case "pickup" -> new Latency(trial).pickup();
            case "elsewhere" -> new Latency(trial).elsewhere();
            case "produce" -> new Latency(trial).produce();
            case "snapshot" -> new Latency(trial).snapshot();
            case "burst" -> new Burst(trial).run();
            default -> throw new IllegalArgumentException("scenario: " + scenario);
        };
    }

    /** The command of such a JVM. */
    static List<String> command(String scenario, String subject, String url, int jobs, int rate, int seconds) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx2g", "-cp", System.getProperty("java.class.path")));
        command.add(QueueSubjectMain.class.getName());
        command.addAll(List.of(scenario, subject, url));
        command.addAll(List.of(Integer.toString(jobs), Integer.toString(rate), Integer.toString(seconds)));
        return command;
    }

    /** Another one for the same subject and database. */
    static Process again(String scenario, Trial trial) throws IOException {
        return new ProcessBuilder(command(
                        scenario, trial.subject(), trial.database().url, trial.jobs(), trial.rate(), trial.seconds()))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}
