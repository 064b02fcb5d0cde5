package dev.headroom.queue.internal.cron;

import com.cronutils.model.Cron;
import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.field.CronField;
import com.cronutils.model.field.CronFieldName;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import dev.headroom.config.ConfigurationException;
import dev.headroom.queue.internal.Ticks;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.util.Optional;

/**
 * The ticks of a cron expression in a time zone.
 *
 * <p>Where the hour is {@code *} or a step of it, ticks follow real time: when clocks go forward or back there are neither gaps nor
 * repetitions. Otherwise they follow the clock on the wall: a time that the change leaves out is due when the change is over, a time that
 * comes twice is due the first time alone. So a job at 02:30 runs exactly once on every day.
 */
public final class CronTicks implements Ticks {
    private static final int MOST_TRIES = 1_000;

    private final ExecutionTime times;
    private final boolean realTime;
    private final ZoneId zone;

    private CronTicks(Cron cron, ZoneId zone) {
        this.times = ExecutionTime.forCron(cron);
        CronField hour = cron.retrieveFieldsAsMap().get(CronFieldName.HOUR);
        this.realTime = hour == null || hour.getExpression().asString().startsWith("*");
        this.zone = zone;
    }

    /**
     * Ticks of a Unix cron expression: minute, hour, day of the month, month, day of the week.
     *
     * @param option what to call it in the failure
     * @throws ConfigurationException if it is none, or has no tick at all
     */
    public static CronTicks of(String option, String expression, ZoneId zone) {
        Cron cron;
        try {
            cron = new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX))
                    .parse(expression)
                    .validate();
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(option, expression, "minute hour day month weekday; " + e.getMessage());
        }
        CronTicks ticks = new CronTicks(cron, zone);
        if (ticks.after(Instant.EPOCH).isEmpty()) {
            throw new ConfigurationException(option, expression, "a time that comes");
        }
        return ticks;
    }

    @Override
    public Optional<Instant> after(Instant time) {
        if (realTime) {
            return times.nextExecution(time.atZone(zone)).map(ZonedDateTime::toInstant);
        }
        // The library sees the clock on the wall as if it were never changed.
        Optional<ZonedDateTime> wall =
                Optional.of(LocalDateTime.ofInstant(time, zone).atZone(ZoneOffset.UTC));
        for (int i = 0; i < MOST_TRIES; i++) {
            wall = wall.flatMap(times::nextExecution);
            Optional<Instant> due = wall.map(each -> onTheWall(each.toLocalDateTime()));
            if (due.isEmpty() || due.get().isAfter(time)) {
                return due;
            }
        }
        return Optional.empty();
    }

    private Instant onTheWall(LocalDateTime local) {
        ZoneOffsetTransition change = zone.getRules().getTransition(local);
        return change != null && change.isGap()
                ? change.getInstant()
                : local.atZone(zone).withEarlierOffsetAtOverlap().toInstant();
    }
}
