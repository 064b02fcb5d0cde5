package dev.headroom.queue.scale;

import static java.util.Locale.ROOT;

import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.List;

/**
 * Says when to launch servers and when to stop one: a pure function of what is seen, so that any process gives the same advice and none
 * has to be asked twice.
 *
 * <p>Its rules, first match first:
 *
 * <ol>
 *   <li>Fewer servers than the calendar's floor, those that boot included: launch what is missing.
 *   <li>More than {@code launchAbove} jobs wait, or for each busy worker there are less than {@code freePerBusy} − {@code deadBand} free
 *       ones: launch, unless servers still boot or came within the last minute, there are {@code mostExtra} above the floor, or the queue
 *       will be empty before a new server could help. For the length it is one server; for the ratio as many as bring it to {@code
 *       freePerBusy}; for both at once, where nothing says how much is missing, {@code mostAtOnce}, which is always the limit.
 *   <li>Fewer than {@code terminateBelow} jobs wait, without one server there would still be more than {@code freePerBusy} + {@code
 *       deadBand} free workers for each busy one, and the server launched last has been up for more than {@code minimumLife}: it goes. One at
 *       a time, and never below the floor.
 *   <li>Otherwise hold. Between the two thresholds, and between the two ratios, nothing happens: small changes never make servers come
 *       and go.
 * </ol>
 *
 * <p>A launch that was made and is not at work yet counts as booting for {@code bootTime}; afterwards it is taken to have failed. The
 * thresholds, the minimum life and the launch-last-stop-first order are those of a controller that ran in production on a delayed-job
 * queue; the ratio with a dead band keeps the queue empty where users wait for results.
 *
 * <pre>{@code
 * ScalePolicy policy = ScalePolicy.builder().launchAbove(20).terminateBelow(5).mostExtra(2).build();
 * }</pre>
 */
public final class ScalePolicy {
    private final ScaleOptions options;

    ScalePolicy(ScaleOptions options) {
        this.options = options;
    }

    /** A builder; each option states its default. */
    public static ScalePolicyBuilder builder() {
        return new ScalePolicyBuilder();
    }

    /** The defaults: no calendar, so that the floor is one server. */
    public static ScalePolicy withDefaults() {
        return builder().build();
    }

    /** The options. */
    public ScaleOptions options() {
        return options;
    }

    /**
     * The advice for now.
     *
     * @param launched how long ago each server was launched that is not at work yet
     */
    public ScaleAdvice decide(ClusterLoad load, List<Duration> launched, ZonedDateTime now) {
        int floor = options.floorAt(now);
        int booting = (int) launched.stream()
                .filter(ago -> ago.compareTo(options.bootTime()) <= 0)
                .count();
        int servers = load.nodes().size() + booting;
        if (servers < floor) {
            return launch(floor - servers, servers + " servers are fewer than the floor of " + floor, floor, load);
        }
        ScaleAdvice more = more(load, booting, floor);
        return more != null ? more : fewer(load, booting, floor);
    }

    private @org.jspecify.annotations.Nullable ScaleAdvice more(ClusterLoad load, int booting, int floor) {
        boolean tooLong = load.length() > options.launchAbove();
        double free = load.free() + booting * load.workersPerNode();
        boolean tooBusy = load.busy() > 0 && free < (options.freePerBusy() - options.deadBand()) * load.busy();
        if (!tooLong && !tooBusy) {
            return null;
        }
        String reason = tooLong
                ? figure(load.length()) + " jobs wait, more than " + options.launchAbove()
                : figure(free) + " workers are free for " + figure(load.busy()) + " busy ones";
        int room = floor + options.mostExtra() - load.nodes().size() - booting;
        if (room <= 0) {
            return ScaleAdvice.hold(reason + ", but there are " + options.mostExtra() + " extra servers", floor, load);
        }
        if (booting > 0) {
            return ScaleAdvice.hold(reason + ", but " + booting + " servers boot", floor, load);
        }
        if (load.unsettled() || load.emptiedWithin(options.bootTime())) {
            String calm = load.unsettled() ? "a server has just come" : "a new server would find the queue empty";
            return ScaleAdvice.hold(reason + ", but " + calm, floor, load);
        }
        int forRatio = (int) Math.ceil((options.freePerBusy() * load.busy() - free) / load.workersPerNode());
        int wanted = !tooBusy ? 1 : tooLong ? options.mostAtOnce() : Math.max(1, forRatio);
        return launch(Math.min(Math.min(wanted, options.mostAtOnce()), room), reason, floor, load);
    }

    private ScaleAdvice fewer(ClusterLoad load, int booting, int floor) {
        if (load.nodes().size() <= floor || booting > 0 || load.length() >= options.terminateBelow()) {
            return ScaleAdvice.hold(figure(load.length()) + " jobs wait", floor, load);
        }
        ClusterLoad.Node last = load.nodes().get(load.nodes().size() - 1);
        double left = load.free() - last.workers();
        if (left < (options.freePerBusy() + options.deadBand()) * load.busy()) {
            return ScaleAdvice.hold(figure(load.busy()) + " workers are busy", floor, load);
        }
        if (last.up().compareTo(options.minimumLife()) <= 0) {
            return ScaleAdvice.hold("the server launched last is " + last.up().toSeconds() + " s old", floor, load);
        }
        String reason = figure(load.length()) + " jobs wait, fewer than " + options.terminateBelow();
        return new ScaleAdvice(ScaleAction.TERMINATE, 1, last.name(), reason, floor, load);
    }

    private static ScaleAdvice launch(int servers, String reason, int floor, ClusterLoad load) {
        return new ScaleAdvice(ScaleAction.LAUNCH, servers, "", reason, floor, load);
    }

    private static String figure(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : String.format(ROOT, "%.1f", value);
    }
}
