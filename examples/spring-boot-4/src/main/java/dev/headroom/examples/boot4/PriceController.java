package dev.headroom.examples.boot4;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.http.CacheControl;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** A value that is cached, and a page that is. */
@RestController
class PriceController {
    private final Prices prices;
    private final AtomicInteger rendered = new AtomicInteger();

    PriceController(Prices prices) {
        this.prices = prices;
    }

    @GetMapping("/price")
    String price(@RequestParam("product") String product) throws InterruptedException {
        return prices.of(product);
    }

    @PostMapping("/price")
    String changed(@RequestParam("product") String product) {
        prices.changed(product);
        return "changed";
    }

    /** The page cache keeps it because it says how long it is fresh. */
    @GetMapping("/front")
    ResponseEntity<String> front() {
        return ResponseEntity.ok()
                .cacheControl(CacheControl.maxAge(Duration.ofMinutes(10)))
                .body("front page " + rendered.incrementAndGet());
    }
}
