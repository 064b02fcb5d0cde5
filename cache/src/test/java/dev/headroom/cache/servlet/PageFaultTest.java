package dev.headroom.cache.servlet;

import static dev.headroom.cache.servlet.PageSite.from;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.cache.Connected;
import dev.headroom.cache.memcached.MemcachedTier;
import dev.headroom.memcached.Memcached;
import dev.headroom.testkit.ChildJvm;
import dev.headroom.testkit.MemcachedNode;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What visitors get while the memcached or another instance of the site is broken. */
@Tag("one-jdk")
class PageFaultTest {
    private MemcachedNode server;
    private Memcached memcached;
    private PageCache cache;
    private PageSite site;

    @BeforeEach
    void start() throws Exception {
        server = MemcachedNode.builder().ownProcess().start();
        memcached = Connected.to(server.hostAndPort(), Duration.ofMillis(500));
        cache = PageCache.builder()
                .shared(MemcachedTier.on(memcached))
                .waitAtMost(Duration.ofSeconds(30))
                .build();
        site = new PageSite(PageSite.Container.TOMCAT, cache).behind("http://shop.example");
    }

    @AfterEach
    void stop() throws Exception {
        site.close();
        memcached.close();
        server.close();
    }

    private HttpResponse<String> got(String path) {
        HttpResponse<String> page = site.get(path);
        assertThat(page.statusCode()).isEqualTo(200);
        return page;
    }

    @Test
    void whatAKilledInstanceRenderedIsRenderedByAnother() {
        site.page("/slow", "max-age=600");
        try (ChildJvm other = ChildJvm.builder(PageNodeMain.class)
                .jvmOptions("-Xmx128m", "-XX:TieredStopAtLevel=1")
                .arguments(server.hostAndPort())
                .start()) {
            other.waitForLine(Pattern.compile("^ready$"));
            other.sendLine("go");
            other.waitForLine(Pattern.compile("^rendering$"));
            other.kill();
            assertThat(got("/slow").body()).isEqualTo("/slow 1");
        }
    }

    @Test
    void pagesAreServedWhileTheMemcachedIsStoppedOrHangs() {
        site.page("/a", "max-age=600").page("/b", "max-age=600").page("/c", "max-age=600");
        assertThat(got("/a").body()).isEqualTo("/a 1");
        server.suspend();
        assertThat(got("/a").body()).isEqualTo("/a 1");
        assertThat(got("/b").body()).isEqualTo("/b 1");
        assertThat(from(got("/b"))).isEqualTo("HIT");
        server.kill();
        assertThat(got("/a").body()).isEqualTo("/a 1");
        assertThat(got("/c").body()).isEqualTo("/c 1");
        assertThat(got("/c").body()).isEqualTo("/c 1");
        cache.freeze("news.example", Duration.ofHours(1));
        site.page("/d", (request, response, n) -> response.getWriter().print("d " + n));
        assertThat(site.get("/d", "Referer", "https://news.example/").body()).isEqualTo("d 1");
        assertThat(site.get("/d", "Referer", "https://news.example/").body()).isEqualTo("d 1");
        server.restart();
        cache.invalidate("http://shop.example/a");
        Awaitility.await().until(() -> got("/a").body().equals("/a 2"));
        assertThat(site.get("/d", "Referer", "https://news.example/").body()).isEqualTo("d 1");
    }
}
