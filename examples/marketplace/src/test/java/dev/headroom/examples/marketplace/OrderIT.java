package dev.headroom.examples.marketplace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.testkit.MemcachedNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two instances on one database, one memcached and one folder of photographs are one site. */
class OrderIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private static Path folder;

    private static SharedSite shared;
    private static MemcachedNode memcached;
    private static RunningMarketplace a;
    private static RunningMarketplace b;

    @BeforeAll
    static void open() throws IOException {
        shared = new SharedSite(folder);
        memcached = MemcachedNode.start();
        a = shared.instance("a", Map.of("MEMCACHED", memcached.hostAndPort()));
        b = shared.instance("b", Map.of("MEMCACHED", memcached.hostAndPort()));
    }

    @AfterAll
    static void close() throws IOException {
        try (SharedSite database = shared;
                MemcachedNode node = memcached;
                RunningMarketplace first = a) {
            b.close();
        }
    }

    @Test
    void ordersAtOneInstanceWhatWasPutIntoTheCartAtTheOther() throws Exception {
        String product = new Visit(a.address()).offered("Teapot", TestPhotos.jpeg(4));
        String id = product.replaceAll("\\D", "");
        Visit atA = new Visit(a.address());
        Visit atB = atA.at(b.address());

        assertThat(atA.post("/cart", Map.of("product", id)).statusCode()).isEqualTo(303);
        assertThat(atB.post("/cart", Map.of("product", id)).statusCode()).isEqualTo(303);
        assertThat(atB.get("/cart").body()).contains("Teapot").contains("2 × € 12.50");

        HttpResponse<String> ordered = atB.post("/orders", Map.of("user", "ana"));
        assertThat(ordered.statusCode()).as(ordered.body()).isEqualTo(303);
        String order = ordered.headers().firstValue("Location").orElseThrow();
        assertThat(atA.get(order).body()).contains("Thank you, ana").contains("€ 25.00");
        assertThat(atA.get("/cart").body()).contains("Cart (0)").contains(">ana</a>");
        assertThat(new Visit(a.address()).get(order).statusCode()).isEqualTo(404);

        String subject = "Your order " + order.replaceAll("\\D", "");
        for (Visit visit : new Visit[] {atA, atB}) {
            Awaitility.await("the mail")
                    .atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(visit.get("/mail").body())
                            .contains(subject)
                            .contains("2 × Teapot, € 12.50 each"));
        }
        assertThat(shared.number("select count(*) from mails where subject = '" + subject + "'"))
                .isEqualTo(1);
    }

    @Test
    void buysACartOnceThoughTheButtonIsPressedTwice() throws Exception {
        String id = new Visit(a.address()).offered("Kettle", TestPhotos.jpeg(6)).replaceAll("\\D", "");
        Visit atA = new Visit(a.address());
        Visit atB = atA.at(b.address());
        atA.post("/cart", Map.of("product", id));
        assertThat(atA.post("/orders", Map.of("user", "ben")).statusCode()).isEqualTo(303);
        atA.post("/cart", Map.of("product", id));
        long ordersBefore = shared.number("select count(*) from orders");

        List<CompletableFuture<HttpResponse<String>>> presses = new ArrayList<>();
        try (AutoCloseable lock = shared.locked("orders")) {
            presses.add(press(atA));
            presses.add(press(atB));
            Awaitility.await("both to be at the database")
                    .atMost(PATIENCE)
                    .until(() -> shared.number(
                                    "select count(*) from pg_locks where relation = 'orders'::regclass and not granted")
                            == 2);
        }

        String first = presses.get(0)
                .get(30, TimeUnit.SECONDS)
                .headers()
                .firstValue("Location")
                .orElseThrow();
        assertThat(presses.get(1).get(30, TimeUnit.SECONDS).headers().firstValue("Location"))
                .hasValue(first);
        assertThat(shared.number("select count(*) from orders")).isEqualTo(ordersBefore + 1);
        assertThat(atA.get("/cart").body()).contains("Cart (0)");
        assertThat(atA.get(first).body()).contains("Thank you, ben").contains("€ 12.50");
    }

    private static CompletableFuture<HttpResponse<String>> press(Visit visit) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return visit.post("/orders", Map.of());
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void servesAtOneInstanceThePicturesOfTheOther() throws Exception {
        String id = new Visit(a.address()).offered("Clock", TestPhotos.png(5)).replaceAll("\\D", "");
        Visit atB = new Visit(b.address());

        Awaitility.await("the picture")
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(
                                atB.get("/images/" + id + "/90x90").headers().firstValue("Content-Type"))
                        .hasValue("image/jpeg"));
    }

    @Test
    void refusesAnOrderWithoutAUserOrWithoutAnything() throws Exception {
        Visit visit = new Visit(a.address());

        HttpResponse<String> nobody = visit.post("/orders", Map.of());
        assertThat(nobody.statusCode()).isEqualTo(400);
        assertThat(nobody.body()).contains("user=ana or user=ben");
        HttpResponse<String> nothing = visit.post("/orders", Map.of("user", "ben"));
        assertThat(nothing.statusCode()).isEqualTo(400);
        assertThat(nothing.body()).contains("Your cart is empty");
        HttpResponse<String> unknown = visit.post("/cart", Map.of("product", "4711x"));
        assertThat(unknown.statusCode()).isEqualTo(400);
    }
}
