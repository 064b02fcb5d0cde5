package dev.headroom.examples.storm.site;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ScrapeTest {
    private static final Scrape SCRAPE = new Scrape("""
            # TYPE loads summary
            loads{cache="front-page",result="stored",quantile="0.5"} 0.25
            loads_count{cache="front-page",result="stored"} 3
            loads_count{cache="front-page",result="failed"} 2 1700000000000
            loads_count{cache="products",result="stored"} 40
            loads_count{cache="say \\"front-page\\"",result="stored"} 80
            up 1
            """);

    @Test
    void addsUpTheSamplesWithTheseLabels() {
        assertThat(SCRAPE.sum("loads_count", Map.of("cache", "front-page"))).isEqualTo(5);
        assertThat(SCRAPE.sum("loads_count", Map.of("cache", "front-page", "result", "failed")))
                .isEqualTo(2);
        assertThat(SCRAPE.sum("up", Map.of())).isEqualTo(1);
    }

    @Test
    void findsNothingOfWhatIsNotThere() {
        assertThat(SCRAPE.sum("loads_count", Map.of("cache", "front"))).isZero();
        assertThat(SCRAPE.sum("load", Map.of())).isZero();
    }
}
