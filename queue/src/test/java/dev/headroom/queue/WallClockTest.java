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

/** However much the clocks of processes differ, it can't matter: none is read but for a mail's date. */
class WallClockTest {
    private static final Pattern READ =
            Pattern.compile("currentTimeMillis|(Instant|LocalDate|LocalDateTime|ZonedDateTime|OffsetDateTime)\\.now"
                    + "|Clock\\.system|new Date\\(|Timestamp\\(");

    @Test
    void noWallClockIsRead() throws IOException {
        List<String> reads = new ArrayList<>();
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file :
                    files.filter(file -> file.toString().endsWith(".java")).toList()) {
                Files.readAllLines(file).stream()
                        .filter(line -> READ.matcher(line).find())
                        .forEach(line -> reads.add(file.getFileName() + ": " + line.strip()));
            }
        }
        assertThat(reads).singleElement().asString().contains("setSentDate(");
    }
}
