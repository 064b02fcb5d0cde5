package dev.headroom.examples.storm.spike;

import dev.headroom.examples.storm.Run;
import dev.headroom.examples.storm.Scenario;
import dev.headroom.examples.storm.command.OptionSpec;
import dev.headroom.examples.storm.command.OptionValues;
import dev.headroom.examples.storm.output.Latencies;
import dev.headroom.examples.storm.output.Output;
import dev.headroom.examples.storm.output.Table;
import dev.headroom.examples.storm.output.Verdict;
import dev.headroom.examples.storm.site.Http;
import dev.headroom.examples.storm.site.Site;
import dev.headroom.examples.storm.upload.Goods;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * A crowd of visitors that grows until it is more than the site can serve. It may refuse some, in good order, and must
 * be itself again when the crowd has gone.
 */
public final class Spike implements Scenario {
    private static final Duration RECOVERY = Duration.ofSeconds(5);
    private static final long BETWEEN_TRIES_MILLIS = 200;
    private static final int OK = 200;

    @Override
    public String name() {
        return "spike";
    }

    @Override
    public String summary() {
        return "more and more connections, more than the site can serve";
    }

    @Override
    public List<OptionSpec> options() {
        return List.of(
                OptionSpec.number("from", 600, 1, 20_000, "open connections at the beginning"),
                OptionSpec.number("clients", 3000, 1, 20_000, "open connections at the top"),
                OptionSpec.number("seconds", 30, 1, 86_400, "two thirds to get to the top, one third there"),
                OptionSpec.number("pause", 1000, 10, 3_600_000, "milliseconds between a visitor's requests"),
                OptionSpec.number("products", 24, 0, 500, "with --start: products put up first"));
    }

    @Override
    public void run(Run run) throws Exception {
        OptionValues options = run.options();
        Output output = run.output();
        Goods.putUp(run, options.number("products"));
        output.say(
                "Spike: %,d to %,d connections, each asks every %,d ms, of ten pages eight times the front page, twice a search."
                        .formatted(options.number("from"), options.number("clients"), options.number("pause")));
        Table table = Table.of(
                "second", "open>6", "offered", "2xx>6", "shed>6", "errors", "p50 ms>8", "p99 ms>8", "max ms>8");
        output.say(table.header());
        output.say(table.rule());
        Crowd crowd = new Crowd(run.site(), Growth.of(options));
        try (crowd) {
            crowd.come(second -> output.say(row(table, second)));
        }
        summary(crowd, output);
        judge(crowd, options, run.site(), run.verdict());
    }

    private static String row(Table table, Second second) {
        Latencies times = second.latencies();
        return table.row(
                second.number(),
                second.open(),
                second.offered(),
                second.accepted(),
                second.shed(),
                second.errors(),
                times.millis(50),
                times.millis(99),
                times.longestMillis());
    }

    private static void summary(Crowd crowd, Output output) {
        Table table = Table.of("page<10", "answered>9", "2xx>8", "shed>8", "p50 ms>8", "p99 ms>8");
        output.say("");
        output.say(table.header());
        output.say(table.rule());
        crowd.pages()
                .forEach(page -> output.say(table.row(
                        page.name(),
                        page.answered(),
                        page.accepted(),
                        page.shed(),
                        page.latencies().millis(50),
                        page.latencies().millis(99))));
        output.say("");
        output.say("Times count from when a request was due, also if it had to wait for its connection.");
        output.say(
                "%,d requests were still waiting for theirs at the end and were not sent.".formatted(crowd.unsent()));
        output.say("storm itself was late by %s ms for half of them and by %s ms at most; that counts, too."
                .formatted(
                        Latencies.text(crowd.lateness().millis(50)),
                        Latencies.text(crowd.lateness().longestMillis())));
    }

    private static void judge(Crowd crowd, OptionValues options, Site site, Verdict verdict)
            throws InterruptedException {
        int top = options.number("clients");
        verdict.judge(
                "all %,d connections were made".formatted(top),
                crowd.admitted() >= top,
                "%,d were".formatted(crowd.admitted()));
        verdict.none("no connection broke and no request stayed without an answer", crowd.broken());
        verdict.none("no answer was an error", crowd.wrong());
        verdict.none("every refusal says when to come back", crowd.rude());
        verdict.judge("pages were served at the top", crowd.acceptedAtTop() > 0, "none");
        for (URI instance : site.instances()) {
            String last = answerAfterwards(instance);
            verdict.judge(
                    "afterwards " + instance + " serves its front page within " + RECOVERY.toSeconds() + " s",
                    last.isEmpty(),
                    last);
        }
    }

    /** Why there was no page in time, empty if there was one. */
    private static String answerAfterwards(URI instance) throws InterruptedException {
        Http http = new Http();
        long deadline = System.nanoTime() + RECOVERY.toNanos();
        String last = "no answer";
        for (long left = RECOVERY.toNanos(); left > 0; left = deadline - System.nanoTime()) {
            try {
                int status =
                        http.get(Site.at(instance, "/"), Duration.ofNanos(left)).statusCode();
                if (status == OK) {
                    return "";
                }
                last = "status " + status;
            } catch (IOException e) {
                last = e.toString();
            }
            Thread.sleep(BETWEEN_TRIES_MILLIS);
        }
        return last;
    }
}
