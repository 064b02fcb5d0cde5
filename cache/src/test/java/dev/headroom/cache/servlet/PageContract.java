package dev.headroom.cache.servlet;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What the page cache does in a container: a site with it, and a clock. */
abstract class PageContract {
    PageCache cache;
    PageSite site;
    private final AtomicLong clock = new AtomicLong(1);

    abstract PageSite.Container container();

    final PageCacheBuilder options() {
        return PageCache.builder()
                .ignoreParameters("utm_source")
                .maximumBody(10_000)
                .waitAtMost(Duration.ofSeconds(20))
                .caches(caches -> caches.clock(clock::get));
    }

    @BeforeEach
    final void start() throws Exception {
        start(options());
    }

    final void start(PageCacheBuilder options) throws Exception {
        cache = options.build();
        site = new PageSite(container(), cache);
    }

    @AfterEach
    final void stop() throws Exception {
        site.close();
    }

    final void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }
}
