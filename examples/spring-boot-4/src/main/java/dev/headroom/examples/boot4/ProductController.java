package dev.headroom.examples.boot4;

import dev.headroom.RequestContext;
import java.util.concurrent.Callable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The web side. */
@RestController
class ProductController {
    private final Products products;

    ProductController(Products products) {
        this.products = products;
    }

    @PostMapping("/products")
    String add(@RequestParam("name") String name) {
        products.add(name);
        return "added";
    }

    @GetMapping("/products/count")
    String count() {
        return String.valueOf(products.count());
    }

    /** Answers from another thread, on the same request context. */
    @GetMapping("/later")
    Callable<String> later() {
        return RequestContext.wrap(() -> RequestContext.current().traceId().value());
    }
}
