package dev.headroom.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.Headroom;
import dev.headroom.load.Criticality;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ReadmeTest {
    private static final Path README = Path.of("README.md");

    @Test
    void theExampleIsWhatRunsHere() throws Exception {
        String source = Files.readString(Path.of("src/test/java/dev/headroom/throttle/ReadmeTest.java"));
        int from = source.indexOf("// README: start\n") + "// README: start\n".length();
        String shown = source.substring(from, source.indexOf("        // README: end\n", from))
                .replaceAll("(?m)^ {8}", "");

        assertThat(Files.readString(README)).contains("```java\n" + shown + "```");

        // README: start
        Throttle throttle =
                Throttle.builder().bypass("/metrics").unmeasured("/downloads/*").build();
        Headroom headroom = Headroom.builder("shop").plug(throttle).build();

        throttle.mode(Gate.Mode.OBSERVE); // while it runs: only count what would be refused

        Gate partner = Gate.builder("partner").deadline(Duration.ofSeconds(1)).build();
        String offer = partner.call(Criticality.SHEDDABLE, () -> "the partner's offer"); // or ShedException
        // README: end

        assertThat(offer).isEqualTo("the partner's offer");
        assertThat(headroom.load().pressures()).containsKey("cpu");
        headroom.close();
    }

    @Test
    void namesEveryMeter() throws Exception {
        Set<String> inTable = Pattern.compile("\\| `(headroom\\.throttle\\.[a-z.]+)` \\|")
                .matcher(Files.readString(README))
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> constants = new TreeSet<>();
        for (Field field : ThrottleMeters.class.getFields()) {
            constants.add((String) field.get(null));
        }
        assertThat(inTable).isEqualTo(constants);
    }
}
