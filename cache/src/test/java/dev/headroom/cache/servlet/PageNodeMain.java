package dev.headroom.cache.servlet;

import dev.headroom.cache.Connected;
import dev.headroom.cache.memcached.MemcachedTier;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** An instance of a site with a page cache on a memcached, in a JVM of its own, whose page takes longer than anybody waits. */
final class PageNodeMain {
    private PageNodeMain() {}

    public static void main(String[] arguments) throws Exception {
        PageCache cache = PageCache.builder()
                .shared(MemcachedTier.on(Connected.to(arguments[0], Duration.ofSeconds(5))))
                .waitAtMost(Duration.ofMinutes(10))
                .build();
        PageSite site = new PageSite(PageSite.Container.TOMCAT, cache).behind("http://shop.example");
        site.page("/slow", (request, response, n) -> {
            response.setHeader("Cache-Control", "max-age=600");
            System.out.println("rendering");
            TimeUnit.MINUTES.sleep(10);
        });
        System.out.println("ready");
        System.in.read();
        site.later("/slow").join();
    }
}
