package dev.headroom.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeersTest {
    @TempDir
    Path target;

    private Path jar;

    @BeforeEach
    void layOutTwoPeers() throws Exception {
        jar = Files.createFile(target.resolve("benchmarks.jar"));
        Files.createDirectories(target.resolve("lib/spring-6"));
        Files.createDirectories(target.resolve("lib/spring-7"));
        Files.createFile(target.resolve("lib/common.jar"));
    }

    @Test
    void namesTheFoldersOfLib() {
        assertThat(Peers.beside(jar).names()).containsExactly("spring-6", "spring-7");
    }

    @Test
    void hasNoPeersOutsideThePackagedJar() {
        assertThat(Peers.beside(target.resolve("classes/benchmarks.jar")).names())
                .isEmpty();
    }

    @Test
    void putsThePeersJarsBeforeTheCommonOnes() {
        List<String> command =
                Peers.beside(jar).command("spring-7", List.of("-Xmx1g"), List.of("SpringKeyBenchmark", "-f", "1"));

        String peerFirst = target.resolve("lib/spring-7") + File.separator + "*" + File.pathSeparator + jar;
        assertThat(command.subList(1, command.size()))
                .containsExactly("-Xmx1g", "-cp", peerFirst, "org.openjdk.jmh.Main", "SpringKeyBenchmark", "-f", "1");
    }

    @Test
    void rejectsAPeerThatIsNotThere() {
        assertThatThrownBy(() -> Peers.beside(jar).command("../spring-6", List.of(), List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("peer: ../spring-6 (expected: one of [spring-6, spring-7])");
    }
}
