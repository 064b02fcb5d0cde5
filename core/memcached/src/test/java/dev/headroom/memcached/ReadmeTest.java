package dev.headroom.memcached;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ReadmeTest {
    private static final Path README = Path.of("README.md");

    @Test
    void theStartIsWhatRunsHere() throws Exception {
        List<String> shown = new ArrayList<>();
        try (LocalMemcached server = LocalMemcached.start()) {
            String addresses = server.address();
            // README: start
            // addresses: "m1:11211,m2:11211"
            try (Memcached memcached = Memcached.nodes(addresses).build()) {
                MemcachedNode node = memcached.node("greeting");
                node.set("greeting", "hello".getBytes(UTF_8), Duration.ofMinutes(5))
                        .toCompletableFuture()
                        .join();
                Optional<byte[]> read =
                        node.get("greeting").toCompletableFuture().join();
                read.map(String::new).ifPresent(shown::add);
            }
            // README: end
        }
        assertThat(shown).containsExactly("hello");
        String source = Files.readString(Path.of("src/test/java/dev/headroom/memcached/ReadmeTest.java"));
        int from = source.indexOf("// README: start\n") + "// README: start\n".length();
        String snippet = source.substring(from, source.indexOf("            // README: end\n", from))
                .replaceAll("(?m)^ {12}", "");
        assertThat(Files.readString(README)).contains("```java\n" + snippet + "```");
    }

    @Test
    void theTableOfMetersIsComplete() throws Exception {
        TreeSet<String> declared = new TreeSet<>();
        for (Field field : MemcachedMeters.class.getFields()) {
            if (Modifier.isStatic(field.getModifiers())) {
                declared.add((String) field.get(null));
            }
        }
        TreeSet<String> shown = new TreeSet<>();
        Matcher row =
                Pattern.compile("(?m)^\\| `(headroom\\.memcached\\.[a-z.]+)`").matcher(Files.readString(README));
        while (row.find()) {
            shown.add(row.group(1));
        }
        assertThat(shown).isEqualTo(declared);
    }
}
