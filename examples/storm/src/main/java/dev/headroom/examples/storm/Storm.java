package dev.headroom.examples.storm;

import dev.headroom.examples.storm.command.CommandLine;
import dev.headroom.examples.storm.command.CommandLineException;
import dev.headroom.examples.storm.command.OptionSpec;
import dev.headroom.examples.storm.command.OptionValues;
import dev.headroom.examples.storm.failover.Failover;
import dev.headroom.examples.storm.lag.Lag;
import dev.headroom.examples.storm.output.Output;
import dev.headroom.examples.storm.output.Verdict;
import dev.headroom.examples.storm.site.Site;
import dev.headroom.examples.storm.site.StartedSite;
import dev.headroom.examples.storm.spike.Spike;
import dev.headroom.examples.storm.stampede.Stampede;
import dev.headroom.examples.storm.upload.Upload;
import java.io.IOException;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The command line's way in. */
public final class Storm {
    /** All invariants held. */
    public static final int HELD = 0;
    /** An invariant broke, or the run could not be done. */
    public static final int BROKE = 1;
    /** The command line is wrong. */
    public static final int WRONG_COMMAND_LINE = 2;

    private final Map<String, Scenario> scenarios = new LinkedHashMap<>();
    private final Map<String, String> environment;
    private final Output output;
    private final PrintStream errors;

    Storm(List<Scenario> scenarios, Map<String, String> environment, Output output, PrintStream errors) {
        scenarios.forEach(scenario -> this.scenarios.put(scenario.name(), scenario));
        this.environment = environment;
        this.output = output;
        this.errors = errors;
    }

    /** Runs a scenario and exits with its status. */
    public static void main(String[] arguments) {
        Storm storm = new Storm(
                List.of(new Stampede(), new Spike(), new Upload(), new Lag(), new Failover()),
                System.getenv(),
                Output.standard(),
                System.err);
        System.exit(storm.run(List.of(arguments)));
    }

    /** Runs a scenario and returns the exit status. */
    int run(List<String> arguments) {
        if (CommandLine.asksForHelp(arguments)) {
            output.say(Help.all(scenarios.values()));
            return arguments.isEmpty() ? WRONG_COMMAND_LINE : HELD;
        }
        Scenario scenario;
        OptionValues options;
        try {
            scenario = CommandLine.scenario(arguments.get(0), scenarios);
            List<OptionSpec> known = SharedOptions.with(scenario);
            options = CommandLine.options(scenario.name(), known, arguments.subList(1, arguments.size()));
        } catch (CommandLineException e) {
            errors.println(e.getMessage());
            errors.println("--help lists what there is.");
            return WRONG_COMMAND_LINE;
        }
        if (scenario.databases().own() && !options.isOn("start")) {
            errors.println("option: --start not given (expected: given, since " + scenario.name()
                    + " breaks databases and takes its own ones)");
            return WRONG_COMMAND_LINE;
        }
        return run(scenario, options);
    }

    private int run(Scenario scenario, OptionValues options) {
        Verdict verdict = new Verdict();
        try {
            if (options.isOn("start")) {
                onStartedSite(scenario, options, verdict);
            } else {
                scenario.run(new Run(Site.running(options.text("url")), options, environment, output, verdict));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            errors.println("storm: interrupted");
            return BROKE;
        } catch (Exception e) {
            errors.println("storm: " + scenario.name() + " could not be run to its end: " + reason(e));
            return BROKE;
        }
        verdict.print(output);
        return verdict.held() ? HELD : BROKE;
    }

    /** The hook is for Ctrl-C: it waits until everything is gone. */
    private void onStartedSite(Scenario scenario, OptionValues options, Verdict verdict) throws Exception {
        StartedSite site = new StartedSite(output);
        Thread hook = new Thread(site::close, "headroom-storm-exit");
        Runtime.getRuntime().addShutdownHook(hook);
        try (site) {
            site.start(SharedOptions.start(options, scenario.databases().synchronous(), environment));
            scenario.run(new Run(site, options, environment, output, verdict));
        }
    }

    private static String reason(Exception e) {
        String message = e.getMessage();
        return e instanceof IOException && message != null ? message : e.toString();
    }
}
