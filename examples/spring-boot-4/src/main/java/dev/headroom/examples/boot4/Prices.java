package dev.headroom.examples.boot4;

import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.cache.annotation.CacheEvict;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.stereotype.Service;

/** Prices that take a while to find out. */
@Service
public class Prices {
    private final AtomicInteger found = new AtomicInteger();

    /** Found out once for all who ask, on whichever instance. */
    @Cacheable(cacheNames = "prices", sync = true)
    public String of(String product) throws InterruptedException {
        Thread.sleep(200);
        return product + " costs " + found.incrementAndGet();
    }

    /** For all instances. */
    @CacheEvict(cacheNames = "prices")
    public void changed(String product) {}

    /** How often a price was found out. */
    public int found() {
        return found.get();
    }
}
