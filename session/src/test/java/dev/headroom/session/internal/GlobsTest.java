package dev.headroom.session.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class GlobsTest {
    @Test
    void matchesWholePaths() {
        assertThat(Globs.match("*.css", "/style/site.css")).isTrue();
        assertThat(Globs.match("*.css", "/site.css/x")).isFalse();
        assertThat(Globs.match("/images/*", "/images/1/big")).isTrue();
        assertThat(Globs.match("/images/*", "/image")).isFalse();
        assertThat(Globs.match("/health", "/health")).isTrue();
        assertThat(Globs.match("/health", "/healthy")).isFalse();
        assertThat(Globs.match("/a*b*c", "/aXbYbZc")).isTrue();
        assertThat(Globs.match("*", "")).isTrue();
    }

    @Test
    void staysFastOnHostilePaths() {
        String text = "a".repeat(20_000);
        Assertions.assertTimeout(
                Duration.ofSeconds(3),
                () -> assertThat(Globs.match("*a*a*a*a*a*a*a*a*b", text)).isFalse());
    }
}
