package dev.headroom.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.config.ConfigurationException;
import dev.headroom.load.Criticality;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebOptionsTest {
    @Test
    void theFirstRuleThatMatchesDecides() {
        WebOptions options = WebOptions.builder()
                .criticality(Criticality.SHEDDABLE_PLUS)
                .criticality("/orders/export", Criticality.SHEDDABLE)
                .criticality("/orders/*", Criticality.CRITICAL_PLUS)
                .criticality("*.jpg", Criticality.SHEDDABLE)
                .build();

        assertThat(options.criticality("/orders/export")).isEqualTo(Criticality.SHEDDABLE);
        assertThat(options.criticality("/orders")).isEqualTo(Criticality.CRITICAL_PLUS);
        assertThat(options.criticality("/orders/7/a.jpg")).isEqualTo(Criticality.CRITICAL_PLUS);
        assertThat(options.criticality("/ordersx")).isEqualTo(Criticality.SHEDDABLE_PLUS);
        assertThat(options.criticality("/a.jpg")).isEqualTo(Criticality.SHEDDABLE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "orders", "/a*", "/a/*/b", "*", "*.", "**.jpg"})
    void refusesOtherPatterns(String pattern) {
        assertThatThrownBy(() -> WebOptions.builder().criticality(pattern, Criticality.CRITICAL))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("pattern: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "console", "/console/", "/a b", "/*"})
    void refusesPathsThatAreNone(String path) {
        assertThatThrownBy(() -> WebOptions.builder().consolePath(path)).isInstanceOf(ConfigurationException.class);
    }

    @Test
    void refusesOnePathForTwoThings() {
        assertThatThrownBy(() -> WebOptions.builder().consolePath("/health").build())
                .hasMessage("consolePath: /health (expected: other than healthPath)");
    }
}
