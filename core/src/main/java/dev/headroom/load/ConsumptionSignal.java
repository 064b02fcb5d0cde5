package dev.headroom.load;

import dev.headroom.config.Checks;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * How fast something is used up of which there is no more until a day that is known: storage until new disks are installed, a quota until
 * it is renewed. It lets a migration go as fast as what is free allows, and no faster.
 *
 * <p>With <i>used</i> what was used up in the last window, by whomever, and <i>free</i> what is left, the pressure is
 *
 * <p><i>used</i> / window × (time until the day) / <i>free</i>
 *
 * <p>and so 1 when what is free lasts until the day exactly; a {@link Pacer} for {@link Criticality#SHEDDABLE} work settles around three
 * quarters of that. It is the mechanism by which Flickr took in Yahoo! Photos without running out of space (<em>The Art of Capacity
 * Planning</em>, Allspaw, 2008, chapter 3). A window that is not over yet counts with what was seen of it, a twelfth at least. Time until the day counts as a window at
 * least, so that a day that passes without its disks still leaves something.
 *
 * <p>It ends at 1, where sheddable work stops and jobs of users go on, slower: how fast space is used is no reason to turn users away.
 *
 * <p>Of several places, as data centres, each has a signal, and the worst decides. The supplier is asked 60 times in a window, by who asks for
 * the pressure; it is to return at once, such as a field in which somebody keeps what a remote place says. One that throws, or returns less than 0, is
 * not known: then the pressure stays what it was for a window, and after that is 1, since what can't be seen may be full. Readings that grow, as when
 * something is deleted or added, are set against what was used in the same window.
 *
 * <p>A pacer that obeys it should adapt about three times in a window, so that it sees the effect of a change before the next: {@code
 * interval(window.dividedBy(3))}. Thread-safe.
 *
 * <pre>{@code
 * Headroom.builder("photos")
 *     .contribute(to -> to.loadSignal(ConsumptionSignal.builder("storage.east", east::freeBytes, installed).build()))
 *     .contribute(to -> to.loadSignal(ConsumptionSignal.builder("storage.west", west::freeBytes, installed).build()))
 * …
 * Pacer.builder("migration", feedback).maximumRate(200).interval(Duration.ofMinutes(20)).build();
 * }</pre>
 */
public final class ConsumptionSignal implements LoadSignal {
    /** What is looked back at unless told otherwise: an hour. */
    public static final Duration DEFAULT_WINDOW = Duration.ofHours(1);

    private static final int READINGS = 60;
    private static final int LEAST_SHARE = 12;

    private final String name;
    private final LongSupplier free;
    private final long until;
    private final long window;
    private final Clock clock;
    private final ReentrantLock reading = new ReentrantLock();
    private final Deque<Reading> readings = new ArrayDeque<>();
    private long knownAt;
    private volatile long readAt;
    private volatile double pressure = Double.NaN;

    private record Reading(long at, long free) {}

    private ConsumptionSignal(Builder options) {
        name = options.name;
        free = options.free;
        until = options.until.toEpochMilli();
        window = options.window.toMillis();
        clock = options.clock;
        knownAt = clock.millis();
        readAt = knownAt - window;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public double pressure() {
        long now = clock.millis();
        if ((now - readAt >= window / READINGS || now < readAt) && reading.tryLock()) {
            try {
                read(now);
            } finally {
                reading.unlock();
            }
        }
        return pressure;
    }

    private void read(long now) {
        if (now < readAt) {
            // The clock was set back.
            readings.clear();
            knownAt = now;
        }
        readAt = now;
        long left = left();
        if (left < 0) {
            if (now - knownAt >= window) {
                pressure = 1;
            }
            return;
        }
        knownAt = now;
        readings.addLast(new Reading(now, left));
        while (readings.size() > 2 && now - second().at >= window) {
            readings.removeFirst();
        }
        pressure = left == 0 ? 1 : Math.min(1, perMilli(now, left) * Math.max(until - now, window) / left);
    }

    private long left() {
        try {
            return free.getAsLong();
        } catch (RuntimeException unknown) {
            return -1;
        }
    }

    private Reading second() {
        var each = readings.iterator();
        each.next();
        return each.next();
    }

    private double perMilli(long now, long left) {
        Reading first = readings.getFirst();
        double used = Math.max(0, first.free - left);
        return used / Math.max(now - first.at, window / LEAST_SHARE);
    }

    @Override
    public String toString() {
        return name + "=" + pressure;
    }

    /**
     * A builder.
     *
     * @param name the signal's name, such as {@code storage.east}
     * @param free how much is left now, in any unit, such as bytes; less than 0 when that is not known
     * @param until the day from which on there is more
     * @throws dev.headroom.config.ConfigurationException if one of them is null, the name is none, or the day is before 1970 or after the
     *     year 9999
     */
    public static Builder builder(String name, LongSupplier free, Instant until) {
        return new Builder(name, free, until);
    }

    /** Options of the signal. Not thread-safe. */
    public static final class Builder {
        private static final Instant END = Instant.parse("+10000-01-01T00:00:00Z");
        private static final Duration LONGEST_WINDOW = Duration.ofDays(36_500);

        private final String name;
        private final LongSupplier free;
        private final Instant until;
        private Duration window = DEFAULT_WINDOW;
        private Clock clock = Clock.systemUTC();

        private Builder(String name, LongSupplier free, Instant until) {
            this.name = Checks.name("name", name);
            this.free = Checks.present("free", free);
            this.until = Checks.present("until", until);
            Checks.that(
                    !until.isBefore(Instant.EPOCH) && until.isBefore(END),
                    "until",
                    until,
                    "a day from the year 1970 to 9999");
        }

        /**
         * What is looked back at. Default: 1 h.
         *
         * @throws dev.headroom.config.ConfigurationException if it is shorter than 60 ms or longer than 36500 days
         */
        public Builder window(Duration window) {
            Checks.that(
                    window != null && window.compareTo(Duration.ofMillis(READINGS)) >= 0,
                    "window",
                    window,
                    ">= PT0.06S");
            Checks.that(window.compareTo(LONGEST_WINDOW) <= 0, "window", window, "at most 36500 days");
            this.window = window;
            return this;
        }

        /**
         * The clock that the day is compared with. Default: the system's.
         *
         * @throws dev.headroom.config.ConfigurationException if it is null
         */
        public Builder clock(Clock clock) {
            this.clock = Checks.present("clock", clock);
            return this;
        }

        /** The signal, which has looked at nothing yet. */
        public ConsumptionSignal build() {
            return new ConsumptionSignal(this);
        }
    }
}
