package dev.headroom.examples.storm.command;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Reads {@code SCENARIO --name value --switch}; {@code --name=value} is the same. */
public final class CommandLine {
    private final String scenario;
    private final Map<String, OptionSpec> known;
    private final Map<String, String> given = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();

    private CommandLine(String scenario, List<OptionSpec> options) {
        this.scenario = scenario;
        this.known = options.stream()
                .collect(Collectors.toMap(
                        OptionSpec::name, Function.identity(), (first, second) -> first, LinkedHashMap::new));
    }

    /** Whether somebody asks what can be said. */
    public static boolean asksForHelp(List<String> arguments) {
        return arguments.isEmpty()
                || arguments.get(0).equals("help")
                || arguments.contains("--help")
                || arguments.contains("-h");
    }

    /**
     * Finds a scenario by name.
     *
     * @throws CommandLineException if there is none with this name
     */
    public static <S> S scenario(String name, Map<String, S> scenarios) {
        return Optional.ofNullable(scenarios.get(name))
                .orElseThrow(() -> new CommandLineException(
                        List.of("scenario: " + name + " (expected: one of " + listed(scenarios.keySet()) + ")")));
    }

    /**
     * Reads what follows the scenario's name.
     *
     * @throws CommandLineException with everything that is wrong
     */
    public static OptionValues options(String scenario, List<OptionSpec> options, List<String> arguments) {
        CommandLine line = new CommandLine(scenario, options);
        line.read(arguments);
        if (!line.problems.isEmpty()) {
            throw new CommandLineException(line.problems);
        }
        Map<String, String> values = new LinkedHashMap<>();
        options.forEach(option -> values.put(option.name(), line.given.getOrDefault(option.name(), option.fallback())));
        return new OptionValues(values);
    }

    private void read(List<String> arguments) {
        for (int at = 0; at < arguments.size(); at++) {
            String argument = arguments.get(at);
            if (!argument.startsWith("--")) {
                problems.add("argument: " + argument + " (expected: options, which begin with --)");
                continue;
            }
            int equals = argument.indexOf('=');
            String name = equals < 0 ? argument.substring(2) : argument.substring(2, equals);
            OptionSpec option = known.get(name);
            if (option == null) {
                problems.add("option: --" + name + " (expected: one of " + listed(dashed()) + " for " + scenario + ")");
                at += equals < 0 && hasValue(arguments, at) ? 1 : 0;
            } else if (option.isFlag()) {
                flag(option, equals < 0 ? "" : argument);
            } else if (equals >= 0) {
                value(option, argument.substring(equals + 1));
            } else if (hasValue(arguments, at)) {
                at++;
                value(option, arguments.get(at));
            } else {
                problems.add(
                        "--" + name + ": nothing (expected: " + option.rule().expected() + ")");
            }
        }
    }

    private void flag(OptionSpec option, String withValue) {
        if (!withValue.isEmpty()) {
            problems.add(withValue + " (expected: no value)");
        }
        once(option, "on");
    }

    private void value(OptionSpec option, String value) {
        if (!option.rule().holds().test(value)) {
            problems.add("--" + option.name() + ": " + value + " (expected: "
                    + option.rule().expected() + ")");
        }
        once(option, value);
    }

    private void once(OptionSpec option, String value) {
        if (given.put(option.name(), value) != null) {
            problems.add("--" + option.name() + ": given twice (expected: once)");
        }
    }

    private List<String> dashed() {
        return known.keySet().stream().map(name -> "--" + name).toList();
    }

    private static boolean hasValue(List<String> arguments, int at) {
        return at + 1 < arguments.size() && !arguments.get(at + 1).startsWith("--");
    }

    private static String listed(Iterable<String> names) {
        return String.join(", ", names);
    }
}
