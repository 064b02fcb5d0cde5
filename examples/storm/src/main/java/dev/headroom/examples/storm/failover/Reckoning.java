package dev.headroom.examples.storm.failover;

import dev.headroom.examples.storm.Run;
import dev.headroom.examples.storm.output.Output;
import dev.headroom.examples.storm.output.Table;
import dev.headroom.examples.storm.output.Tally;
import dev.headroom.examples.storm.output.Verdict;
import dev.headroom.examples.storm.site.Inside;
import dev.headroom.examples.storm.upload.QueueLength;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** What a failover cost, and what must hold after it. */
final class Reckoning {
    private static final Duration MAILS = Duration.ofSeconds(60);
    private static final double SOON_SECONDS = 5;

    private final Run run;
    private final Orders orders;
    private final List<Second> seconds;
    private final Change change;

    Reckoning(Run run, Orders orders, List<Second> seconds, Change change) {
        this.run = run;
        this.orders = orders;
        this.seconds = seconds;
        this.change = change;
    }

    void present() throws IOException, InterruptedException, SQLException {
        long jobs = new QueueLength(run.site().instances().get(0)).awaitNone(MAILS, run.output());
        effects();
        judge(jobs, run.verdict());
    }

    private void effects() {
        Output output = run.output();
        Table table = Table.of("effect<58", "seconds>9");
        output.say("");
        output.say(table.header());
        output.say(table.rule());
        row(table, "from the kill to the call for the promotion", change.killToPromoted());
        row(table, "from the call for the promotion to the first order", change.promotedToOrder());
        row(table, "no orders, from the kill to the first one after it", change.killToOrder());
        row(table, "longest order", longest(false));
        row(table, "longest page", longest(true));
        if (change.hasOthers()) {
            row(table, "from following the new primary to a standby's first read", change.followsToReads());
        }
        output.say("");
        long failed = sum(false).sum() + shed(false);
        output.say("%,d orders acknowledged, %,d answered with an error or refused and asked for again: %s"
                .formatted(orders.all().size(), failed, sum(false)));
        output.say("%,d pages served, %,d refused in good order, %,d failed"
                .formatted(
                        seconds.stream()
                                .mapToLong(second -> second.pages().count())
                                .sum(),
                        shed(true),
                        sum(true).sum()));
    }

    private void row(Table table, String effect, double number) {
        run.output().say(table.row(effect, Double.isNaN(number) ? "-" : String.format(Locale.ROOT, "%.2f", number)));
    }

    private void judge(long jobs, Verdict verdict) throws SQLException {
        verdict.none("no page failed", sum(true));
        verdict.none("pages were served in every second from the kill on", emptySeconds());
        verdict.judge(
                "orders went on within " + (int) SOON_SECONDS + " s of the promotion",
                change.promotedToOrder() <= SOON_SECONDS,
                change.promotedToOrder() + " s");
        verdict.none("every customer saw the order that was just acknowledged", orders.unseen());
        Inside inside = run.site().inside().orElseThrow();
        lost("no acknowledged order was lost", inside.numbers("select id from orders"), verdict);
        lost(
                "every acknowledged order has its lines",
                inside.numbers("select distinct order_id from order_lines"),
                verdict);
        lost(
                "every acknowledged order's mail arrived",
                inside.numbers(
                        "select cast(substring(subject from '\\d+$') as bigint) from mails where subject ~ 'order \\d+$'"),
                verdict);
        verdict.judge("the queue is empty", jobs == 0, jobs + " jobs are left");
        if (change.hasOthers()) {
            verdict.judge(
                    "a standby of the new primary answers reads", !Double.isNaN(change.followsToReads()), "none does");
        }
    }

    private void lost(String name, Set<Long> there, Verdict verdict) {
        Set<Long> missing = new TreeSet<>(orders.all());
        missing.removeAll(there);
        verdict.judge(
                name,
                missing.isEmpty() && !orders.all().isEmpty(),
                missing.size() + " of " + orders.all().size() + " are not there: "
                        + missing.stream().limit(10).toList());
    }

    /** The last one was cut short. */
    private Tally emptySeconds() {
        Tally empty = new Tally();
        seconds.subList(change.killedIn() - 1, seconds.size() - 1).stream()
                .filter(second -> second.pages().count() == 0)
                .forEach(second -> empty.add("none in second " + second.number()));
        return empty;
    }

    private Tally sum(boolean pages) {
        Tally all = new Tally();
        for (Second second : seconds) {
            Tally errors = pages ? second.pages().errors() : second.orders().errors();
            errors.forEach(all::add);
        }
        return all;
    }

    private long shed(boolean pages) {
        return seconds.stream()
                .mapToLong(second -> (pages ? second.pages() : second.orders()).shed())
                .sum();
    }

    private double longest(boolean pages) {
        return seconds.stream()
                        .mapToDouble(second -> (pages ? second.pages() : second.orders())
                                .latencies()
                                .longestMillis())
                        .filter(millis -> !Double.isNaN(millis))
                        .max()
                        .orElse(Double.NaN)
                / 1000;
    }
}
