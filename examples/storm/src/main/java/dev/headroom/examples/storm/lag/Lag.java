package dev.headroom.examples.storm.lag;

import dev.headroom.examples.storm.Run;
import dev.headroom.examples.storm.Scenario;
import dev.headroom.examples.storm.command.OptionSpec;
import dev.headroom.examples.storm.command.OptionValues;
import dev.headroom.examples.storm.output.Output;
import dev.headroom.examples.storm.output.Table;
import dev.headroom.examples.storm.output.Tally;
import dev.headroom.examples.storm.output.Verdict;
import dev.headroom.examples.storm.site.Databases;
import dev.headroom.examples.storm.site.Http;
import dev.headroom.examples.storm.site.Site;
import dev.headroom.examples.storm.upload.Goods;
import dev.headroom.examples.storm.visitors.Crew;
import dev.headroom.examples.storm.visitors.Looker;
import dev.headroom.examples.storm.visitors.Reads;
import dev.headroom.testkit.PostgresCluster;
import dev.headroom.testkit.PostgresNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The standbys lag, one and then all of them, while things are put up for sale and looked at. Whoever has put something up must see it
 * at once; who only looks is served by standbys as long as they are fresh enough.
 */
public final class Lag implements Scenario {
    private static final Duration LATE = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long SELLERS_PAUSE_MILLIS = 50;
    private static final long VISITORS_PAUSE_MILLIS = 20;
    private static final long BETWEEN_LOOKS_MILLIS = 50;

    private final Tally missed = new Tally();
    private volatile Phase phase = new Phase("before", true);

    @Override
    public String name() {
        return "lag";
    }

    @Override
    public String summary() {
        return "standbys that lag, and sellers who must see what they have just put up";
    }

    @Override
    public Databases databases() {
        return Databases.OWN;
    }

    @Override
    public List<OptionSpec> options() {
        return List.of(
                OptionSpec.number("sellers", 4, 1, 100, "who put something up and look at it at once"),
                OptionSpec.number("visitors", 8, 1, 500, "who look at the front page and search"),
                OptionSpec.number("seconds", 8, 3, 3600, "of each of the phases"),
                OptionSpec.number("products", 12, 0, 500, "put up first"));
    }

    /** What a phase was like. */
    private record Result(Phase phase, Reads reads) {}

    @Override
    public void run(Run run) throws Exception {
        OptionValues options = run.options();
        Output output = run.output();
        PostgresCluster cluster = run.site().databases().orElseThrow();
        Goods.putUp(run, options.number("products"));
        output.say("Lag: %d sellers and %d visitors, %d standby(s), %d s for each phase."
                .formatted(
                        options.number("sellers"),
                        options.number("visitors"),
                        cluster.standbys().size(),
                        options.number("seconds")));
        Table table = Table.of(
                "standbys<22",
                "offers",
                "own p50 ms>10",
                "own p99 ms>10",
                "pages>7",
                "p50 ms>7",
                "p99 ms>7",
                "from standbys",
                "diverted",
                "stale>6",
                "shed",
                "errors");
        output.say(table.header());
        output.say(table.rule());
        List<Result> results;
        double untilStandbys;
        try (Crew crew = crew(run)) {
            Phases phases = new Phases(run, crew, table);
            results = new ArrayList<>();
            results.add(phases.last("as usual", true));
            untilStandbys = happen(phases, results, cluster.standbys(), run);
            results.add(phases.last("as usual again", true));
            crew.failure().ifPresent(failure -> {
                throw new IllegalStateException("somebody stopped before the end", failure);
            });
        }
        output.say("");
        output.say("%.2f s after the replay went on, a standby answered again.".formatted(untilStandbys));
        judge(results, untilStandbys, run.verdict());
    }

    private Crew crew(Run run) {
        Crew crew = new Crew();
        Site site = run.site();
        for (int i = 0; i < run.options().number("sellers"); i++) {
            crew.add("seller-" + i, SELLERS_PAUSE_MILLIS, new Merchant(site, i, () -> phase, missed));
        }
        for (int i = 0; i < run.options().number("visitors"); i++) {
            crew.add(
                    "visitor-" + i,
                    VISITORS_PAUSE_MILLIS,
                    new Looker(site.instances().get(i % site.instances().size()), () -> phase.pages()));
        }
        return crew;
    }

    /** Returns how long the standbys took to answer again after the worst of it. */
    private double happen(Phases phases, List<Result> results, List<PostgresNode> standbys, Run run) throws Exception {
        if (standbys.size() > 1) {
            standbys.get(0).pauseReplay();
            results.add(phases.last("one paused", true));
            standbys.get(0).resumeReplay();
            standbys.get(0).waitUntilCaughtUp();
        }
        standbys.forEach(standby -> standby.replayDelay(LATE));
        results.add(phases.last("all one second late", true));
        standbys.forEach(standby -> standby.replayDelay(Duration.ZERO));
        standbys.forEach(PostgresNode::waitUntilCaughtUp);
        standbys.forEach(PostgresNode::pauseReplay);
        results.add(phases.last("all paused", false));
        standbys.forEach(PostgresNode::resumeReplay);
        return awaitStandbys(run, standbys.size());
    }

    /** Seconds until standbys answer reads again that are not stale. */
    private static double awaitStandbys(Run run, int standbys) throws Exception {
        long start = System.nanoTime();
        Http http = new Http();
        Reads before = Reads.of(run.site(), standbys, http);
        while (System.nanoTime() - start < PATIENCE.toNanos()) {
            Thread.sleep(BETWEEN_LOOKS_MILLIS);
            Reads more = Reads.of(run.site(), standbys, http).since(before);
            if (more.onStandbys() > more.stale()) {
                break;
            }
        }
        return (System.nanoTime() - start) / 1e9;
    }

    /** Lets phases pass and prints them. */
    private final class Phases {
        private final Run run;
        private final Crew crew;
        private final Table table;
        private final int standbys;
        private final Http http = new Http();

        Phases(Run run, Crew crew, Table table) {
            this.run = run;
            this.crew = crew;
            this.table = table;
            this.standbys = run.site().databases().orElseThrow().standbys().size();
        }

        Result last(String name, boolean standbysServe) throws Exception {
            Phase now = new Phase(name, standbysServe);
            Reads before = Reads.of(run.site(), standbys, http);
            phase = now;
            run.output().waitingFor(name);
            for (int second = 0; second < run.options().number("seconds"); second++) {
                Thread.sleep(1000);
                if (crew.failure().isPresent()) {
                    break;
                }
            }
            Result result = new Result(now, Reads.of(run.site(), standbys, http).since(before));
            run.output().say(row(result));
            return result;
        }

        private String row(Result result) {
            Phase of = result.phase();
            Reads reads = result.reads();
            return table.row(
                    of.name(),
                    of.offers().count(),
                    of.own().latencies().millis(50),
                    of.own().latencies().millis(99),
                    of.pages().count(),
                    of.pages().latencies().millis(50),
                    of.pages().latencies().millis(99),
                    String.format(Locale.ROOT, "%.0f %%", 100.0 * reads.onStandbys() / Math.max(1, reads.all())),
                    reads.diverted(),
                    reads.stale(),
                    of.own().shed() + of.pages().shed() + of.offers().shed(),
                    of.own().errors().sum()
                            + of.pages().errors().sum()
                            + of.offers().errors().sum());
        }
    }

    private void judge(List<Result> results, double untilStandbys, Verdict verdict) {
        long looks = results.stream()
                .mapToLong(result -> result.phase().own().count())
                .sum();
        verdict.judge("sellers looked at what they had put up", looks > 0, "they did not");
        verdict.none("of %,d looks, every one showed the seller's new product".formatted(looks), missed);
        for (Result result : results) {
            Phase of = result.phase();
            String when = " while standbys were: " + of.name();
            verdict.none("no offer failed" + when, of.offers().errors());
            verdict.none("no seller's look failed" + when, of.own().errors());
            verdict.none("no page failed" + when, of.pages().errors());
            verdict.judge("pages were served" + when, of.pages().count() > 0, "none");
            if (of.standbysServe()) {
                verdict.judge(
                        "standbys answered" + when,
                        result.reads().onStandbys() > 0,
                        result.reads().toString());
            }
        }
        verdict.judge(
                "standbys answered again after the replay went on",
                untilStandbys < PATIENCE.toSeconds(),
                "not within " + PATIENCE.toSeconds() + " s");
    }
}
