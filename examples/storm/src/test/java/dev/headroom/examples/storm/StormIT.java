package dev.headroom.examples.storm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The packaged storm against the packaged marketplace, with databases of its own. */
@Tag("one-jdk")
class StormIT extends PackagedStorm {
    private static final int INTERRUPTED = 130;

    @TempDir
    private static Path temporary;

    @Override
    Path temporary() {
        return temporary;
    }

    @Test
    void uploadsPicturesOfEveryKindAndRefusesBrokenOnes() throws Exception {
        start(Map.of(), "upload", "--start", "--pictures", "12", "--broken", "50");

        assertThat(exitStatus()).as(said()).isZero();
        assertThat(said())
                .containsPattern("pictures acknowledged +12")
                .containsPattern("broken ones refused +6 of 6")
                .contains("held   the database has the acknowledged products and no others")
                .contains("All 13 invariants held.");
        assertNothingIsLeft();
    }

    @Test
    @Tag("soak")
    void uploadsFiveHundredPictures() throws Exception {
        start(Map.of(), "upload", "--start", "--pictures", "500");

        int status = exitStatus(Duration.ofMinutes(40));
        said().lines().forEach(line -> System.out.println("soak: " + line));
        assertThat(status).isZero();
        assertThat(said()).containsPattern("pictures acknowledged +500").contains("invariants held.");
        assertNothingIsLeft();
    }

    @ParameterizedTest
    @ValueSource(strings = {"lag", "failover"})
    @Tag("soak")
    void holdsWhenDatabasesBreak(String scenario) throws Exception {
        start(Map.of(), scenario, "--start");

        int status = exitStatus(Duration.ofMinutes(10));
        said().lines().forEach(line -> System.out.println("soak: " + line));
        assertThat(status).isZero();
        assertThat(said()).contains("invariants held.");
        assertNothingIsLeft();
    }

    @Test
    void leavesNothingBehindWhenInterrupted() throws Exception {
        start(Map.of(), "stampede", "--start", "--rounds", "100", "--products", "0");
        await().atMost(PATIENCE).until(() -> said().contains("The marketplace is open") || !storm.isAlive());
        assertThat(processesAtWork()).as(said()).isNotEmpty();

        new ProcessBuilder("kill", "-INT", Long.toString(storm.pid())).start().waitFor();

        assertThat(exitStatus()).as(said()).isEqualTo(INTERRUPTED);
        assertNothingIsLeft();
    }

    @Test
    void leavesNothingBehindWhenTheMarketplaceDoesNotStart() throws Exception {
        start(Map.of("CACHE", "sometimes"), "stampede", "--start", "--products", "0");

        assertThat(exitStatus()).isEqualTo(1);
        assertThat(said()).contains("the marketplace ended before it opened", "sometimes", "on, naive or off");
        assertNothingIsLeft();
    }
}
