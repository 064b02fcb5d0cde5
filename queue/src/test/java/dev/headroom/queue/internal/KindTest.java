package dev.headroom.queue.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.queue.Job;
import org.junit.jupiter.api.Test;

/** A kind without annotations is one whose annotation says nothing but its name. */
class KindTest {
    /** Says nothing but its name. */
    public static final class Annotated {
        @Job(name = "plain")
        public void run(String payload) {}
    }

    @Test
    void withoutAnnotationsHasTheDefaultsOfThese() {
        Kind plain = Kind.plain("plain", String.class, (payload, context) -> {});
        assertThat(HandlerScan.scan(new Annotated()))
                .singleElement()
                .usingRecursiveComparison()
                .ignoringFields("code")
                .isEqualTo(plain);
    }
}
