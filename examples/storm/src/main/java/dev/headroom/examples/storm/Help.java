package dev.headroom.examples.storm;

import dev.headroom.examples.storm.command.OptionSpec;
import java.util.Collection;
import java.util.List;

/** What can be said on the command line. */
final class Help {
    private Help() {}

    /** Everything. */
    static String all(Collection<Scenario> scenarios) {
        StringBuilder text = new StringBuilder("storm drives load at a marketplace and checks what must hold.\n\n")
                .append("  java -jar storm.jar SCENARIO [--url http://localhost:8080 | --start] [options]\n\n");
        for (Scenario scenario : scenarios) {
            text.append("%-9s %s%n".formatted(scenario.name(), scenario.summary()));
            options(text, scenario.options());
            text.append(System.lineSeparator());
        }
        text.append("every scenario%n".formatted());
        options(text, SharedOptions.all());
        return text.append("""

                        With --start the site gets this environment, so that its toggles work: CACHE=on|naive|off,
                        THROTTLE=on|observe|off, MEMCACHED=host:port. Where its blobs, mails and measurements go is decided here.

                        Exit status: 0 all invariants held, 1 one broke or the run failed, 2 the command line is wrong.""").toString();
    }

    private static void options(StringBuilder text, List<OptionSpec> options) {
        for (OptionSpec option : options) {
            String form = "--" + option.name() + (option.placeholder().isEmpty() ? "" : " " + option.placeholder());
            String fallback = option.fallback().isEmpty() ? "" : " (default " + option.fallback() + ")";
            text.append("  %-24s %s%s%n".formatted(form, option.meaning(), fallback));
        }
    }
}
