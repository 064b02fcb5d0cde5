package dev.headroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class TraceIdTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SPAN = "00f067aa0ba902b7";

    @Test
    void keepsTheTraceAndTakesASpanOfItsOwn() {
        TraceId read =
                TraceId.fromTraceparent("00-" + TRACE + "-" + SPAN + "-01").orElseThrow();

        assertThat(read.value()).isEqualTo(TRACE);
        assertThat(read.sampled()).isTrue();
        assertThat(read.spanId()).isNotEqualTo(SPAN);
        assertThat(TraceId.fromTraceparent(read.traceparent()).orElseThrow().value())
                .isEqualTo(TRACE);
    }

    @Test
    void acceptsLaterVersionsWithMoreFields() {
        assertThat(TraceId.fromTraceparent("cc-" + TRACE + "-" + SPAN + "-00-what-comes"))
                .isPresent();
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                "00",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\nX: y"
            })
    void refusesWhatTheSpecificationRefuses(String header) {
        assertThat(TraceId.fromTraceparent(header)).isEmpty();
    }

    @Test
    void drawsDifferentTraces() {
        assertThat(TraceId.random().value()).isNotEqualTo(TraceId.random().value());
        assertThatThrownBy(() -> new TraceId("x", SPAN, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("value: x (expected:");
    }
}
