package dev.headroom.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The packaged jar, run as its users run it. */
@Tag("one-jdk")
class BenchmarksJarIT {
    private static final String ONCE = "-f 1 -wi 0 -i 1 -r 20ms -foe true";

    @Test
    void listsTheBenchmarks() throws Exception {
        assertThat(run("-l")).contains("KeyExpressionBenchmark.expression");
    }

    @Test
    void measuresWithTheCommonClassPath() throws Exception {
        assertThat(run(("KeyExpressionBenchmark " + ONCE).split(" "))).contains("ns/op");
    }

    @Test
    void measuresEachPeerWithItsOwnClassPath() throws Exception {
        assertThat(run(("--peer spring-6 SpringKeyBenchmark " + ONCE).split(" ")))
                .contains("ns/op");
        assertThat(run(("--peer spring-7 SpringKeyBenchmark " + ONCE).split(" ")))
                .contains("ns/op");
    }

    private static String run(String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-jar");
        command.add(Path.of("target", "benchmarks.jar").toString());
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
