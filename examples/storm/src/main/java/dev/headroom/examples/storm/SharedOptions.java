package dev.headroom.examples.storm;

import dev.headroom.examples.storm.command.OptionSpec;
import dev.headroom.examples.storm.command.OptionSpec.Rule;
import dev.headroom.examples.storm.command.OptionValues;
import dev.headroom.examples.storm.site.Databases;
import dev.headroom.examples.storm.site.StartOptions;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The options that every scenario has: which site it is. */
final class SharedOptions {
    private static final Rule PATH = new Rule("a path", text -> !text.isBlank());
    private static final int MOST_INSTANCES = 8;

    private SharedOptions() {}

    /** These alone. */
    static List<OptionSpec> all() {
        return all(Databases.ANY);
    }

    private static List<OptionSpec> all(Databases databases) {
        return List.of(
                OptionSpec.urls("url", "http://localhost:8080", "the running site; several instances with commas"),
                OptionSpec.flag("start", "start a site with a database cluster of its own, and end both"),
                OptionSpec.number("instances", 1, 1, MOST_INSTANCES, "with --start: how many instances of the site"),
                OptionSpec.number(
                        "standbys",
                        databases.standbys(),
                        databases.own() ? 1 : 0,
                        4,
                        "with --start: how many standbys of the database; lag and failover: 2"),
                OptionSpec.text("marketplace-jar", "FILE", "", "with --start: default ../../marketplace/target", PATH),
                OptionSpec.text(
                        "logs", "DIR", "", "with --start: where to keep the site's logs; default nowhere", PATH));
    }

    /** A scenario's options, and these. */
    static List<OptionSpec> with(Scenario scenario) {
        List<OptionSpec> all = new ArrayList<>(all(scenario.databases()));
        all.addAll(scenario.options());
        return all;
    }

    /** How to start a site. */
    static StartOptions start(OptionValues options, boolean synchronous, Map<String, String> environment) {
        String jar = options.text("marketplace-jar");
        String logs = options.text("logs");
        return new StartOptions(
                jar.isEmpty() ? besideThisJar() : Path.of(jar),
                options.number("instances"),
                options.number("standbys"),
                synchronous,
                logs.isEmpty() ? Optional.empty() : Optional.of(Path.of(logs)),
                environment);
    }

    /** {@code examples/storm/target/storm.jar} has {@code examples/marketplace/target/marketplace.jar} beside it. */
    private static Path besideThisJar() {
        try {
            URI here = SharedOptions.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI();
            return Path.of(here)
                    .resolveSibling("../../marketplace/target/marketplace.jar")
                    .normalize();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
