package dev.headroom;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.console.ConsoleAccess;
import dev.headroom.health.HealthCheck;
import dev.headroom.servlet.EmbeddedServer;
import dev.headroom.servlet.WebOptions;
import jakarta.servlet.ServletContext;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ReadmeTest {
    private static final Path README = Path.of("README.md");
    private final AtomicReference<Headroom> started = new AtomicReference<>();

    private void ping() {}

    private void start(ServletContext servletContext) {
        // README: start
        Headroom headroom = Headroom.builder("shop")
                .healthCheck(HealthCheck.required("database", () -> ping()))
                .web(WebOptions.builder().console(ConsoleAccess.readOnly()).build())
                .drainOnShutdown()
                .build();
        headroom.register(servletContext);
        // README: end
        started.set(headroom);
    }

    @Test
    void theStartIsWhatRunsHere() throws Exception {
        String source = Files.readString(Path.of("src/test/java/dev/headroom/ReadmeTest.java"));
        String shown = between(source, "// README: start\n", "        // README: end\n")
                .replaceAll("(?m)^ {8}", "");

        assertThat(Files.readString(README)).contains("```java\n" + shown + "```");
        try (EmbeddedServer server = EmbeddedServer.Kind.TOMCAT.start(this::start)) {
            assertThat(server.get("/health").body()).isEqualTo("OK");
            assertThat(server.get("/console").statusCode()).isEqualTo(200);
        } finally {
            started.get().close();
        }
    }

    @Test
    void theTableOfMetersIsComplete() throws Exception {
        TreeSet<String> declared = new TreeSet<>();
        for (Field field : CoreMeters.class.getFields()) {
            if (Modifier.isStatic(field.getModifiers())) {
                declared.add((String) field.get(null));
            }
        }
        TreeSet<String> shown = new TreeSet<>();
        Matcher row = Pattern.compile("(?m)^\\| `(headroom\\.core\\.[a-z.]+)`").matcher(Files.readString(README));
        while (row.find()) {
            shown.add(row.group(1));
        }

        assertThat(shown).isEqualTo(declared);
    }

    private static String between(String text, String begin, String end) {
        int from = text.indexOf(begin) + begin.length();
        return text.substring(from, text.indexOf(end, from));
    }
}
