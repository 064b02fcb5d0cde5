package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The README's table of features names tests that there are. */
class FeatureTableTest {
    private static final Pattern NAME = Pattern.compile("`(\\w+)(?:\\.(\\w+))?`");

    @Test
    void everyRowIsShownByATestThatThereIs() throws IOException {
        Map<String, String> sources = sources();
        List<String> rows = rows(Files.readAllLines(Path.of("README.md")));
        assertThat(rows).hasSize(32);
        for (String row : rows) {
            List<String> cells =
                    Stream.of(row.split("\\|", -1)).map(String::strip).toList();
            assertThat(cells).as(row).hasSize(20);
            Matcher test = NAME.matcher(cells.get(18));
            int tests = 0;
            for (; test.find(); tests++) {
                assertThat(sources).as(row).containsKey(test.group(1));
                if (test.group(2) != null) {
                    assertThat(sources.get(test.group(1))).as(row).contains("void " + test.group(2) + "(");
                }
            }
            assertThat(cells.get(17).startsWith("✘") ? 1 : tests).as(row).isPositive();
        }
    }

    private static List<String> rows(List<String> lines) {
        int head = lines.indexOf(lines.stream()
                .filter(line -> line.startsWith("| feature |"))
                .findFirst()
                .orElseThrow());
        return lines.subList(head + 2, lines.size()).stream()
                .takeWhile(line -> line.startsWith("|"))
                .toList();
    }

    private static Map<String, String> sources() throws IOException {
        Map<String, String> sources = new TreeMap<>();
        List<Path> files;
        try (Stream<Path> all = Files.walk(Path.of("src/test/java"))) {
            files = all.filter(file -> file.toString().endsWith(".java")).toList();
        }
        for (Path file : files) {
            sources.put(file.getFileName().toString().replace(".java", ""), Files.readString(file));
        }
        return sources;
    }
}
