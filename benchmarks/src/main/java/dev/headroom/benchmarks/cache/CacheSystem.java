package dev.headroom.benchmarks.cache;

import dev.headroom.benchmarks.Peers;
import dev.headroom.testkit.MemcachedNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Compares whole caches: {@code java -jar benchmarks.jar --system cache [scenario …] [--rounds N] [--subjects NAME,NAME]}.
 *
 * <p>Starts memcached and redis-server on loopback, and for each scenario and subject a JVM with the subject's own class path, one after the other;
 * prints a table for each scenario.
 */
public final class CacheSystem {
    private static final List<String> SCENARIOS = List.of("cold", "independent", "hot", "hung", "shared");

    private final Peers peers;
    private int rounds = 10;
    private final List<String> subjects = new ArrayList<>();
    private final List<String> scenarios = new ArrayList<>();

    private CacheSystem(Peers peers) {
        this.peers = peers;
    }

    /** Runs what the arguments say; returns the exit status. */
    public static int run(Peers peers, List<String> arguments) throws Exception {
        CacheSystem system = new CacheSystem(peers);
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
        subjects.forEach(Subjects::peer);
        if (scenarios.isEmpty()) {
            scenarios.addAll(SCENARIOS);
        }
        if (subjects.isEmpty()) {
            Subjects.names().forEach(subjects::add);
        }
    }

    private void compare() throws Exception {
        for (String scenario : scenarios) {
            Map<String, Map<String, String>> all = new LinkedHashMap<>();
            for (String subject : subjects) {
                all.put(subject, figures(scenario, subject));
            }
            print(scenario, all);
        }
    }

    /** Servers of its own for each, so that none finds what another left. */
    private Map<String, String> figures(String scenario, String subject) throws Exception {
        try (MemcachedNode memcached = MemcachedNode.builder().ownProcess().start();
                RedisServer redis = RedisServer.start()) {
            List<String> command = new ArrayList<>(peers.java(Subjects.peer(subject)));
            command.add(SubjectMain.class.getName());
            command.addAll(List.of(scenario, subject, Integer.toString(rounds), memcached.hostAndPort()));
            command.addAll(List.of(
                    Integer.toString(redis.port()), Long.toString(memcached.pid()), Long.toString(redis.pid())));
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int status = process.waitFor();
            Map<String, String> figures = new LinkedHashMap<>();
            output.lines().filter(line -> line.startsWith(SubjectMain.MARK)).forEach(line -> {
                String[] parts = line.substring(SubjectMain.MARK.length()).split("=", 2);
                figures.put(parts[0], parts[1]);
            });
            if (figures.isEmpty()) {
                String reason = output.lines().reduce((a, b) -> b).orElse("");
                figures.put("failed", "status " + status + ", " + reason);
            }
            System.err.println(scenario + ", " + subject + ": " + figures);
            return figures;
        }
    }

    private static void print(String scenario, Map<String, Map<String, String>> all) {
        List<String> names = all.values().stream()
                .flatMap(figures -> figures.keySet().stream())
                .distinct()
                .toList();
        System.out.println("\n## " + scenario + "\n");
        System.out.println("| | " + String.join(" | ", names) + " |");
        System.out.println("| --- |" + " ---: |".repeat(names.size()));
        all.forEach((subject, figures) -> {
            List<String> cells =
                    names.stream().map(name -> figures.getOrDefault(name, "")).toList();
            System.out.println("| " + subject + " | " + String.join(" | ", cells) + " |");
        });
    }
}
