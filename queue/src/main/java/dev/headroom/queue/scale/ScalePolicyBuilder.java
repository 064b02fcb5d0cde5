package dev.headroom.queue.scale;

import dev.headroom.config.Checks;
import dev.headroom.queue.internal.Spans;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The options of a {@link ScalePolicy}. Not thread-safe.
 *
 * <pre>{@code
 * ScalePolicy.builder()
 *     .floor(2)
 *     .floor(weekdays, LocalTime.of(8, 0), LocalTime.of(21, 0), 3)
 *     .zone(ZoneId.of("America/Montreal"))
 *     .build()
 * }</pre>
 */
public final class ScalePolicyBuilder {
    private int launchAbove = 20;
    private int terminateBelow = 5;
    private int mostExtra = 2;
    private int mostAtOnce = 1;
    private double freePerBusy = 0.25;
    private double deadBand = 0.15;
    private Duration bootTime = Duration.ofMinutes(10);
    private Duration minimumLife = Duration.ofMinutes(45);
    private int floor = 1;
    private final List<ScaleOptions.Hours> hours = new ArrayList<>();
    private ZoneId zone = ZoneId.of("UTC");

    ScalePolicyBuilder() {}

    /**
     * A server is launched when more jobs than these wait. Default: 20.
     *
     * @throws dev.headroom.config.ConfigurationException if it is less than 0
     */
    public ScalePolicyBuilder launchAbove(int jobs) {
        this.launchAbove = Checks.atLeast("launchAbove", jobs, 0);
        return this;
    }

    /**
     * A server may go when fewer jobs than these wait; at most {@code launchAbove}. Default: 5.
     *
     * @throws dev.headroom.config.ConfigurationException if it is less than 0
     */
    public ScalePolicyBuilder terminateBelow(int jobs) {
        this.terminateBelow = Checks.atLeast("terminateBelow", jobs, 0);
        return this;
    }

    /**
     * How many servers there may be above the floor. Default: 2.
     *
     * @throws dev.headroom.config.ConfigurationException if it is not in 0 to 100000
     */
    public ScalePolicyBuilder mostExtra(int servers) {
        this.mostExtra = Checks.between("mostExtra", servers, 0, 100_000);
        return this;
    }

    /**
     * The most servers that are launched at once. Default: 1.
     *
     * @throws dev.headroom.config.ConfigurationException if it is not in 1 to 100000
     */
    public ScalePolicyBuilder mostAtOnce(int servers) {
        this.mostAtOnce = Checks.between("mostAtOnce", servers, 1, 100_000);
        return this;
    }

    /**
     * How many workers there should be free for each busy one; 0 leaves it to the length. Default: 0.25.
     *
     * @throws dev.headroom.config.ConfigurationException if it is not in 0 to 1000
     */
    public ScalePolicyBuilder freePerBusy(double ratio) {
        this.freePerBusy = Checks.between("freePerBusy", ratio, 0.0, 1_000.0);
        return this;
    }

    /**
     * How far the ratio may be from {@code freePerBusy} in either direction before anything is done. Default: 0.15.
     *
     * @throws dev.headroom.config.ConfigurationException if it is not in 0 to 1000
     */
    public ScalePolicyBuilder deadBand(double ratio) {
        this.deadBand = Checks.between("deadBand", ratio, 0.0, 1_000.0);
        return this;
    }

    /**
     * For how long a launched server that is not at work yet counts as booting. Default: 10 min.
     *
     * @throws dev.headroom.config.ConfigurationException if it is null, negative or longer than 36500 days
     */
    public ScalePolicyBuilder bootTime(Duration bootTime) {
        this.bootTime = Spans.notNegative("bootTime", bootTime);
        return this;
    }

    /**
     * A server goes only after it was up for more than this: if the work comes back, it is still there. Default: 45 min.
     *
     * @throws dev.headroom.config.ConfigurationException if it is null, negative or longer than 36500 days
     */
    public ScalePolicyBuilder minimumLife(Duration minimumLife) {
        this.minimumLife = Spans.notNegative("minimumLife", minimumLife);
        return this;
    }

    /**
     * The fewest servers at any time. Default: 1.
     *
     * @throws dev.headroom.config.ConfigurationException if it is not in 0 to 100000
     */
    public ScalePolicyBuilder floor(int servers) {
        this.floor = Checks.between("floor", servers, 0, 100_000);
        return this;
    }

    /**
     * The fewest servers on these days from one time of the day until another, which may be midnight; the highest floor holds. Default:
     * none.
     *
     * @throws dev.headroom.config.ConfigurationException if no day is given, the end is not after the begin, or the servers are not in 0 to 100000
     */
    public ScalePolicyBuilder floor(Set<DayOfWeek> days, LocalTime from, LocalTime until, int servers) {
        Checks.notEmpty("days", days);
        Checks.that(
                until.equals(LocalTime.MIDNIGHT) || until.isAfter(from),
                "until",
                until,
                "after " + from + ", or 00:00");
        hours.add(new ScaleOptions.Hours(days, from, until, Checks.between("floor", servers, 0, 100_000)));
        return this;
    }

    /**
     * The time zone of those days and times. Default: UTC.
     *
     * @throws dev.headroom.config.ConfigurationException if it is null
     */
    public ScalePolicyBuilder zone(ZoneId zone) {
        this.zone = Checks.present("zone", zone);
        return this;
    }

    /**
     * The policy.
     *
     * @throws dev.headroom.config.ConfigurationException if {@code terminateBelow} is above {@code launchAbove}, or the dead band is wider
     *     than the ratio
     */
    public ScalePolicy build() {
        Checks.that(terminateBelow <= launchAbove, "terminateBelow", terminateBelow, "<= launchAbove, " + launchAbove);
        Checks.that(
                deadBand <= freePerBusy || freePerBusy == 0, "deadBand", deadBand, "<= freePerBusy, " + freePerBusy);
        return new ScalePolicy(new ScaleOptions(
                launchAbove,
                terminateBelow,
                mostExtra,
                mostAtOnce,
                freePerBusy,
                freePerBusy == 0 ? 0 : deadBand,
                bootTime,
                minimumLife,
                floor,
                hours,
                zone));
    }
}
