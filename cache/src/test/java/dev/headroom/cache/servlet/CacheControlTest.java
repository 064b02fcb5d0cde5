package dev.headroom.cache.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.codec.Codec;
import dev.headroom.codec.Codecs;
import dev.headroom.config.ConfigurationException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CacheControlTest {
    @Test
    void readsDirectivesInAnyCaseAndSeveralHeaders() {
        CacheControl control = CacheControl.of(
                List.of("Public, MAX-AGE=\"60\" , no-cache=\"Set-Cookie, X\"", "s-maxage=5,,max-age=9"));
        assertThat(control.has("public")).isTrue();
        assertThat(control.has("no-cache")).isTrue();
        assertThat(control.has("x\"")).isFalse();
        assertThat(control.seconds("max-age")).hasValue(Duration.ofSeconds(60));
        assertThat(control.seconds("s-maxage")).hasValue(Duration.ofSeconds(5));
        assertThat(control.seconds("stale-if-error")).isEmpty();
    }

    @Test
    void takesWhatItCannotReadForTheStrictest() {
        for (String value : List.of("max-age=ten", "max-age=-1", "max-age=", "max-age=1e9", "max-age")) {
            assertThat(CacheControl.of(List.of(value)).seconds("max-age")).hasValue(Duration.ZERO);
        }
        assertThat(CacheControl.of(List.of("max-age=99999999999999")).seconds("max-age"))
                .hasValue(Duration.ofSeconds(Integer.MAX_VALUE));
    }

    @Test
    void pagesCanBeWrittenDownForASharedTier() {
        Codec codec = Codecs.tlv()
                .record(64, StoredPage.class)
                .enumeration(65, StoredPage.Kind.class)
                .build();
        StoredPage page = new StoredPage(
                StoredPage.Kind.PAGE,
                200,
                Map.of("Content-Type", List.of("text/html")),
                new byte[] {1, 2, 3},
                List.of("accept-language"),
                "g",
                Duration.ofSeconds(1),
                Duration.ofSeconds(2),
                List.of("Vary"));
        Object read = codec.decode(codec.encode(page), StoredPage.class);
        assertThat(read).usingRecursiveComparison().isEqualTo(page);
    }

    @Test
    void rejectsOptionsByName() {
        assertThatThrownBy(() -> PageCache.builder().maximumBody(0))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("maximumBody: 0 (expected: >= 1)");
        try (PageCache cache = PageCache.withDefaults()) {
            assertThatThrownBy(() -> cache.freeze("https://news.example/", Duration.ofHours(1)))
                    .hasMessageContaining("host: https://news.example/ (expected: a host's name");
            assertThatThrownBy(() -> cache.freeze("news.example", Duration.ofDays(30)))
                    .hasMessageContaining("during: PT720H (expected: <= PT168H)");
            assertThatThrownBy(() -> cache.invalidate("/products"))
                    .hasMessageContaining("address: /products (expected: an absolute HTTP address)");
        }
    }
}
