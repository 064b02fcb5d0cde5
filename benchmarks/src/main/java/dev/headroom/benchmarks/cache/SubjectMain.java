package dev.headroom.benchmarks.cache;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;

/** The JVM in which one scenario happens to one subject; prints its figures. */
final class SubjectMain {
    static final String MARK = "figure ";

    private SubjectMain() {}

    /** Arguments: scenario, subject, rounds, memcached's address, Redis's port, and the process of each. */
    public static void main(String[] arguments) throws Exception {
        String subject = arguments[1];
        Subjects.Servers servers = new Subjects.Servers(arguments[3], Integer.parseInt(arguments[4]));
        Duration fresh = arguments[0].equals("hot") ? Duration.ofSeconds(2) : Duration.ofMinutes(5);
        Subjects.Setup setup = new Subjects.Setup(fresh, !arguments[0].equals("shared"));
        Scenarios scenarios =
                new Scenarios(() -> Subjects.open(subject, servers, setup), Integer.parseInt(arguments[2]));
        Map<String, String> figures =
                switch (arguments[0]) {
                    case "cold" -> scenarios.cold();
                    case "independent" -> scenarios.independent();
                    case "hot" -> scenarios.hot(fresh);
                    case "shared" -> scenarios.shared();
                    default ->
                        scenarios.hung(
                                () -> signal("STOP", arguments[5], arguments[6]),
                                () -> signal("CONT", arguments[5], arguments[6]));
                };
        figures.forEach((name, value) -> System.out.println(MARK + name + "=" + value));
        System.exit(0); // some peers leave threads behind
    }

    private static void signal(String signal, String... pids) {
        for (String pid : pids) {
            try {
                new ProcessBuilder("kill", "-" + signal, pid).start().waitFor();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
