package dev.headroom.examples.storm.stampede;

import dev.headroom.examples.storm.Run;
import dev.headroom.examples.storm.Scenario;
import dev.headroom.examples.storm.command.OptionSpec;
import dev.headroom.examples.storm.output.Latencies;
import dev.headroom.examples.storm.output.Output;
import dev.headroom.examples.storm.output.Table;
import dev.headroom.examples.storm.output.Tally;
import dev.headroom.examples.storm.output.Verdict;
import dev.headroom.examples.storm.site.Site;
import dev.headroom.examples.storm.upload.Goods;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Everybody asks for the front page at the moment it expires. A cache with single flight loads it once for all of them, at
 * all instances together if they share memcached; without, each of them does.
 */
public final class Stampede implements Scenario {
    private static final String ON = "on";

    @Override
    public String name() {
        return "stampede";
    }

    @Override
    public String summary() {
        return "many clients at the moment the front page expires";
    }

    @Override
    public List<OptionSpec> options() {
        return List.of(
                OptionSpec.number("clients", 200, 1, 10_000, "how many ask at once"),
                OptionSpec.number("rounds", 10, 1, 10_000, "how many expiries"),
                OptionSpec.number("fresh", 5, 1, 3600, "seconds after which the front page expires"),
                OptionSpec.flag("shared", "with --url: the instances share memcached; with --start this is known"),
                OptionSpec.number("products", 24, 0, 500, "with --start: products put up first"));
    }

    @Override
    public void run(Run run) throws Exception {
        Output output = run.output();
        String cache = run.environment().getOrDefault("CACHE", ON).toLowerCase(Locale.ROOT);
        Goods.putUp(run, run.options().number("products"));
        boolean shared = run.site().sharesMemcached() || run.options().isOn("shared");
        output.say("Stampede: " + run.options().number("clients") + " clients at "
                + run.site().instances().size()
                + (shared ? " instance(s) with one memcached" : " instance(s)") + ", cache " + cache
                + ", the front page is fresh for " + run.options().number("fresh") + " s.");
        Latencies all = new Latencies();
        Tally errors = new Tally();
        List<Round> rounds;
        try (Herd herd = new Herd(run.site(), run.options(), all, errors)) {
            rounds = rounds(herd, run.options().number("rounds"), output);
        }
        summary(rounds, all, errors, output);
        judge(rounds, errors, run.verdict());
        if (cache.equals(ON)) {
            judgeLoads(rounds, shared, run.site(), run.verdict());
        }
    }

    private static List<Round> rounds(Herd herd, int count, Output output) throws Exception {
        Table table =
                Table.of("expiry", "asked>7", "loads", "2xx>6", "shed", "errors", "p50 ms>8", "p99 ms>8", "max ms>8");
        output.say(table.header());
        output.say(table.rule());
        herd.warmUp();
        List<Round> rounds = new ArrayList<>();
        for (int number = 1; number <= count; number++) {
            output.waitingFor("expiry " + number + " of " + count);
            Round round = herd.rush(number);
            rounds.add(round);
            Latencies times = round.latencies();
            output.say(table.row(
                    number,
                    round.asked(),
                    round.loads(),
                    round.accepted(),
                    round.shed(),
                    round.errors().sum(),
                    times.millis(50),
                    times.millis(99),
                    times.longestMillis()));
        }
        return rounds;
    }

    private static void summary(List<Round> rounds, Latencies all, Tally errors, Output output) {
        long loads = rounds.stream().mapToLong(Round::loads).sum();
        long asked = rounds.stream().mapToLong(Round::asked).sum();
        output.say("");
        output.say("%,d requests at %d expiries: %,d loads, %.1f per expiry; p50 %s ms, p99 %s ms; %,d errors"
                .formatted(
                        asked,
                        rounds.size(),
                        loads,
                        (double) loads / rounds.size(),
                        Latencies.text(all.millis(50)),
                        Latencies.text(all.millis(99)),
                        errors.sum()));
    }

    private static void judge(List<Round> rounds, Tally errors, Verdict verdict) {
        verdict.none("every request got the page or an orderly refusal", errors);
        verdict.judge(
                "the front page was served",
                rounds.stream().allMatch(round -> round.accepted() > 0),
                "a round without any 2xx");
    }

    private static void judgeLoads(List<Round> rounds, boolean shared, Site site, Verdict verdict) {
        Tally tooMany = new Tally();
        int instances = site.instances().size();
        rounds.forEach(round -> round.tooManyLoads(instances, shared).ifPresent(tooMany::add));
        verdict.none(
                shared
                        ? "one load per expiry at most, by all instances together"
                        : "one load per expiry and instance at most",
                tooMany);
        verdict.judge(
                "the page did expire",
                rounds.stream().anyMatch(round -> round.loads() > 0),
                "no load was counted by " + LoadCount.METER);
    }
}
