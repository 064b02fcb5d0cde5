package dev.headroom.flags;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadmeTest {
    @Test
    void startsInTenLines(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("flags.properties"), "related-products = 100%");

        Flags flags = Flags.builder()
                .define(FlagDefinition.named("related-products")
                        .owner("search team")
                        .whenOff("the product page has no related products")
                        .defaultOn())
                .file(file)
                .build();

        Flag related = flags.flag("related-products");
        boolean shown = related.on(Subject.of("alice"));

        assertThat(shown).isTrue();
        flags.close();
    }

    @Test
    void namesEveryMeter() throws Exception {
        Set<String> inTable = Pattern.compile("\\| `(headroom\\.flags\\.[a-z.]+)` \\|")
                .matcher(Files.readString(Path.of("README.md")))
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        List<String> constants = new ArrayList<>();
        for (Field field : FlagMeters.class.getFields()) {
            constants.add((String) field.get(null));
        }
        assertThat(inTable).containsExactlyInAnyOrderElementsOf(constants);
    }
}
