package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The README's table of features names tests that there are. */
class FeatureTableTest {
    private static final Pattern NAME = Pattern.compile("`(\\w+)`");

    @Test
    void everyRowIsShownByATestThatThereIs() throws Exception {
        Set<String> tests = tests(Path.of("src/test/java"), Path.of("../core/memcached/src/test/java"));
        List<String> rows = rows(Files.readAllLines(Path.of("README.md")));
        assertThat(rows).hasSize(33);
        for (String row : rows) {
            List<String> cells = Stream.of(row.split("\\|")).map(String::strip).toList();
            assertThat(cells).as(row).hasSize(14);
            assertThat(cells.get(12)).as(row).matches("[✔◐✘].*");
            assertThat(tests).as(row).containsAll(named(cells.get(13)));
            assertThat(cells.get(12).startsWith("✘") || !named(cells.get(13)).isEmpty())
                    .as(row)
                    .isTrue();
        }
    }

    private static List<String> rows(List<String> lines) {
        int head = lines.indexOf(lines.stream()
                .filter(line -> line.startsWith("| feature |"))
                .findFirst()
                .orElseThrow());
        return lines.subList(head + 2, lines.size()).stream()
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> line.substring(1))
                .toList();
    }

    private static List<String> named(String cell) {
        List<String> names = new ArrayList<>();
        for (Matcher name = NAME.matcher(cell); name.find(); ) {
            names.add(name.group(1));
        }
        return names;
    }

    private static Set<String> tests(Path... roots) throws Exception {
        List<Path> files = new ArrayList<>();
        for (Path root : roots) {
            try (Stream<Path> all = Files.walk(root)) {
                files.addAll(all.toList());
            }
        }
        return files.stream()
                .map(file -> file.getFileName().toString())
                .filter(name -> name.endsWith("Test.java"))
                .map(name -> name.replace(".java", ""))
                .collect(Collectors.toSet());
    }
}
