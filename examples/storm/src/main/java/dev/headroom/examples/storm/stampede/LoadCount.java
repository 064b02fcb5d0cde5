package dev.headroom.examples.storm.stampede;

import dev.headroom.examples.storm.site.Http;
import dev.headroom.examples.storm.site.Scrape;
import dev.headroom.examples.storm.site.Site;
import java.io.IOException;
import java.net.URI;
import java.util.Map;

/** How often an instance has loaded its front page since it started. */
final class LoadCount {
    static final String METER = "headroom_cache_loads_count";
    private static final Map<String, String> FRONT_PAGE = Map.of("cache", "front-page");

    private final Http http = new Http();

    long of(URI instance) throws IOException, InterruptedException {
        String metrics = http.text(Site.at(instance, "/metrics"));
        return Math.round(new Scrape(metrics).sum(METER, FRONT_PAGE));
    }
}
