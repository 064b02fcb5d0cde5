package dev.headroom.examples.storm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged storm's crowds at the packaged marketplace. */
@Tag("one-jdk")
class CrowdIT extends PackagedStorm {
    @TempDir
    private static Path temporary;

    @Override
    Path temporary() {
        return temporary;
    }

    @Test
    void loadsTheFrontPageOnceForAStampedeAtTwoInstances() throws Exception {
        String[] stampede =
                "stampede --start --instances 2 --standbys 0 --rounds 2 --clients 50 --products 3".split(" ");
        start(Map.of("CACHE", "on"), stampede);

        assertThat(exitStatus()).as(said()).isZero();
        assertThat(said())
                .contains("50 clients at 2 instance(s) with one memcached, cache on")
                .containsPattern("100 requests at 2 expiries: [12] loads")
                .contains("held   one load per expiry at most, by all instances together", "; 0 errors");
        assertNothingIsLeft();
    }

    @Test
    void isServedInGoodOrderWhenACrowdComes() throws Exception {
        start(Map.of(), "spike", "--start", "--from", "50", "--clients", "200", "--seconds", "6", "--products", "3");

        assertThat(exitStatus()).as(said()).isZero();
        assertThat(said()).contains("held   no answer was an error").contains("All 6 invariants held.");
        assertNothingIsLeft();
    }
}
