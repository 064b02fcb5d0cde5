package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * However much the clocks of processes differ, it can't matter: none is read but for a mail's date.
 *
 * <p>A look at the module's sources. It does not see what others read for it: the pool, the driver and the parser of cron expressions; core, where a
 * pacer's signal may go by a clock; an application's own code, such as an instant that it gives. {@link SkewedClocksTest} has processes with wrong clocks
 * work together.
 */
class WallClockTest {
    private static final Pattern READ = Pattern.compile(String.join(
            "|",
            "currentTimeMillis",
            "\\b(Instant|Year|YearMonth|MonthDay|\\w+Date|(Local|Offset|Zoned)(Date|Time|DateTime))\\s*(\\.|::)\\s*now\\b",
            "\\b(Clock|InstantSource)\\s*(\\.|::)\\s*(system|tick)",
            "\\.\\s*instant\\(\\)",
            "[cC]lock\\w*\\s*(\\.|::)\\s*millis\\b",
            "\\bDate\\s*\\(\\s*\\)",
            "\\bDate::new",
            "\\bTimestamp\\s*\\(",
            "Calendar\\b",
            "\\b(parkUntil|awaitUntil|getStartTime)\\b",
            "import static java\\.time"));

    @Test
    void noWallClockIsRead() throws IOException {
        List<String> reads = new ArrayList<>();
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file :
                    files.filter(file -> file.toString().endsWith(".java")).toList()) {
                String source = Files.readString(file);
                READ.matcher(source)
                        .results()
                        .map(found -> source.substring(
                                source.lastIndexOf('\n', found.start()) + 1, source.indexOf('\n', found.end())))
                        .forEach(line -> reads.add(file.getFileName() + ": " + line.strip()));
            }
        }
        assertThat(reads).singleElement().asString().contains("setSentDate(");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "System.currentTimeMillis()",
                "System::currentTimeMillis",
                "Instant.now()",
                "Instant::now",
                "Instant\n        .now()",
                "LocalTime.now(zone)",
                "OffsetTime.now()",
                "OffsetDateTime.now()",
                "ZonedDateTime.now(clock)",
                "YearMonth.now()",
                "JapaneseDate.now()",
                "Clock.systemUTC()",
                "Clock.tickSeconds(zone)",
                "InstantSource.system()",
                "clock.instant()",
                "clock.millis()",
                "new Date()",
                "new java.util.Date()",
                "new Timestamp(millis)",
                "Calendar.getInstance()",
                "new GregorianCalendar()",
                "LockSupport.parkUntil(deadline)",
                "condition.awaitUntil(deadline)",
                "runtime.getStartTime()"
            })
    void aReadIsSeen(String code) {
        assertThat(READ.matcher(code).find()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "System.nanoTime()",
                "dialect.now()",
                "store.schedules.now(connection)",
                "seen.now().atZone(zone)",
                "rows.instant(row, 3)",
                "each.millis()",
                "LocalTime.of(8, 0)",
                "Instant.ofEpochMilli(rows.getLong(1))",
                "LocalDateTime.ofInstant(time, zone)",
                "message.setSentDate(date)",
                "condition.awaitNanos(left)",
                "\"clock_timestamp()\""
            })
    void whatIsNoneIsNot(String code) {
        assertThat(READ.matcher(code).find()).isFalse();
    }
}
