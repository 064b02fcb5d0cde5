package dev.headroom.queue.scale;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Set;

/** The options of a {@link ScalePolicy}; {@link ScalePolicyBuilder} says what each means. */
public record ScaleOptions(
        int launchAbove,
        int terminateBelow,
        int mostExtra,
        int mostAtOnce,
        double freePerBusy,
        double deadBand,
        Duration bootTime,
        Duration minimumLife,
        int floor,
        List<Hours> hours,
        ZoneId zone) {
    /** Copies. */
    public ScaleOptions {
        hours = List.copyOf(hours);
    }

    /** A floor for a time of the day on some days of the week; to midnight if {@code until} is midnight. */
    public record Hours(Set<DayOfWeek> days, LocalTime from, LocalTime until, int servers) {
        /** Copies. */
        public Hours {
            days = Set.copyOf(days);
        }

        private boolean hold(ZonedDateTime local) {
            LocalTime time = local.toLocalTime();
            return days.contains(local.getDayOfWeek())
                    && !time.isBefore(from)
                    && (until.equals(LocalTime.MIDNIGHT) || time.isBefore(until));
        }
    }

    /** The fewest servers at a time: the highest floor that holds then, on the clocks of the options' time zone. */
    int floorAt(ZonedDateTime now) {
        ZonedDateTime local = now.withZoneSameInstant(zone);
        return hours.stream()
                .filter(each -> each.hold(local))
                .mapToInt(Hours::servers)
                .reduce(floor, Math::max);
    }
}
