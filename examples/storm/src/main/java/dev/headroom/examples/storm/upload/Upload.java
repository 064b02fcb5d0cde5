package dev.headroom.examples.storm.upload;

import dev.headroom.examples.storm.Run;
import dev.headroom.examples.storm.Scenario;
import dev.headroom.examples.storm.command.OptionSpec;
import dev.headroom.examples.storm.command.OptionSpec.Rule;
import dev.headroom.examples.storm.command.OptionValues;
import dev.headroom.examples.storm.output.Latencies;
import dev.headroom.examples.storm.output.Output;
import dev.headroom.examples.storm.output.Table;
import dev.headroom.examples.storm.output.Verdict;
import dev.headroom.examples.storm.pictures.Mix;
import dev.headroom.examples.storm.pictures.TestPictures;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Distinct pictures are put up for sale, broken ones among them, and every good one must appear in all its sizes. */
public final class Upload implements Scenario {
    private static final long PAINTED = 50;
    private static final String STANDARD = "standard";
    private static final Rule MIX = new Rule("standard, or kinds and weights such as jpeg=8,rotated=4,png=1", text -> {
        try {
            mix(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    });

    @Override
    public String name() {
        return "upload";
    }

    @Override
    public String summary() {
        return "distinct pictures, checked in all four sizes";
    }

    @Override
    public List<OptionSpec> options() {
        return List.of(
                OptionSpec.number("pictures", 100, 1, TestPictures.largestIndex(), "how many good ones"),
                OptionSpec.number("clients", 8, 1, 500, "how many upload at a time"),
                OptionSpec.number("broken", 10, 0, 100, "broken ones beside them, in per cent"),
                OptionSpec.text("mix", "KIND=N,…", STANDARD, "kinds of pictures and their weights", MIX),
                OptionSpec.number("seed", 42, Long.MIN_VALUE, Long.MAX_VALUE, "which pictures"),
                OptionSpec.number(
                        "patience", 180, 1, 86_400, "seconds without any new size, then the rest is missing"));
    }

    @Override
    public void run(Run run) throws Exception {
        OptionValues options = run.options();
        Output output = run.output();
        TestPictures pictures = TestPictures.seeded(options.longNumber("seed"), mix(options.text("mix")));
        String word = Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
        Plan plan = Plan.of(word, pictures, options.number("pictures"), options.number("broken"));
        Duration patience = Duration.ofSeconds(options.number("patience"));
        output.say("Upload: %,d distinct pictures and %,d broken ones by %,d clients, seed %d."
                .formatted(plan.good(), plan.broken(), options.number("clients"), options.longNumber("seed")));
        paint(plan, output);
        Traces traces = new Traces(run.site());
        Intake intake = new Intake();
        new Uploader(plan, intake, output).run(run.site().instances(), options.number("clients"));
        Gallery gallery = new Gallery(pictures, run.site().instances(), patience, output);
        gallery.awaitAll(intake.acknowledged());
        long jobs = new QueueLength(run.site().instances().get(0)).awaitNone(patience, output);
        print(plan, intake, gallery, output);
        judge(plan, intake, gallery, jobs, run.verdict());
        traces.judge(plan, intake, run.verdict());
    }

    /** Painting is slow and is not what is measured; one round of the mix has all that later pictures are made from. */
    private static void paint(Plan plan, Output output) {
        output.progress("painting pictures");
        IntStream.range(0, (int) Math.min(plan.good(), PAINTED))
                .parallel()
                .forEach(index -> plan.pictures().picture(index));
    }

    private static void print(Plan plan, Intake intake, Gallery gallery, Output output) {
        Table table = Table.of("upload<38", "result>12");
        Latencies times = intake.latencies();
        int acknowledged = intake.acknowledged().size();
        double untilAll = Math.max(0, gallery.lastSeen() - intake.end()) / 1e9;
        output.say("");
        output.say(table.header());
        output.say(table.rule());
        output.say(table.row("pictures acknowledged", acknowledged));
        output.say(table.row("uploads per second", decimal(acknowledged / Math.max(intake.seconds(), 1e-9))));
        output.say(table.row("p50 ms", times.millis(50)));
        output.say(table.row("p99 ms", times.millis(99)));
        output.say(table.row("told to come back later", intake.busy().sum()));
        output.say(table.row("answers lost, tried again", intake.lost().sum()));
        output.say(table.row("broken ones refused", intake.brokenRefused().sum() + " of " + plan.broken()));
        output.say(table.row("small pictures seen", gallery.seen()));
        output.say(table.row("seconds from last upload to last size", decimal(untilAll)));
        output.say(table.row("wrong", gallery.wrong().sum()));
        output.say(table.row("missing", gallery.missing().sum()));
        output.say(table.row("lost", gallery.lost().sum()));
    }

    private static void judge(Plan plan, Intake intake, Gallery gallery, long jobs, Verdict verdict) {
        verdict.none("no good picture was refused", intake.refused());
        verdict.none("every upload was answered", intake.unanswered());
        verdict.none("no acknowledged picture was lost", gallery.lost());
        verdict.none("every picture has its four sizes", gallery.missing());
        verdict.none("every small picture is the right one, upright and of its size", gallery.wrong());
        verdict.none("no broken picture was taken", intake.takenThoughBroken());
        verdict.none("every broken picture got a clear refusal", intake.brokenErrors());
        verdict.judge("the queue is empty", jobs == 0, jobs + " jobs are left");
    }

    private static Mix mix(String text) {
        return text.equals(STANDARD) ? Mix.standard() : Mix.parse(text);
    }

    private static String decimal(double number) {
        return String.format(Locale.ROOT, "%,.1f", number);
    }
}
