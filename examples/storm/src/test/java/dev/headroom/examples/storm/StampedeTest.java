package dev.headroom.examples.storm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("one-jdk")
class StampedeTest {
    private FakeSite site;

    @BeforeEach
    void open() throws IOException {
        site = new FakeSite();
    }

    @AfterEach
    void close() {
        site.close();
    }

    @Test
    void seesOneLoadForAllClients() {
        Session session = stampede(Map.of());

        assertThat(session.out())
                .contains("40 requests at 2 expiries: 2 loads, 1.0 per expiry", "All 4 invariants held.");
        assertThat(session.status()).isZero();
    }

    @Test
    void noticesASecondLoad() {
        site.fault("GET /", (exchange, number) -> {
            if (number == 30) {
                site.frontPageLoads.incrementAndGet();
            }
            return false;
        });

        Session session = stampede(Map.of());

        assertThat(session.out())
                .contains("BROKE  one load per expiry and instance at most: 1 × expiry 2: 2 loads by 1 instance(s)");
        assertThat(session.status()).isEqualTo(1);
    }

    @Test
    void wantsOneLoadByInstancesThatShareMemcached() {
        String both = site.url() + "," + site.url().replace("127.0.0.1", "localhost");

        Session apart = Session.run("stampede", "--url", both, "--clients", "20", "--rounds", "1", "--fresh", "1");
        Session together =
                Session.run("stampede", "--url", both, "--clients", "20", "--rounds", "1", "--fresh", "1", "--shared");

        // each of the two addresses counts the site's one load
        assertThat(apart.out()).contains("held   one load per expiry and instance at most");
        assertThat(apart.status()).isZero();
        assertThat(together.out())
                .contains("2 instance(s) with one memcached")
                .contains("BROKE  one load per expiry at most, by all instances together: 1 × expiry 1: 2 loads");
        assertThat(together.status()).isEqualTo(1);
    }

    @Test
    void showsLoadsWithoutSingleFlightAndDoesNotJudgeThem() {
        site.singleFlight = false;

        Session session = stampede(Map.of("CACHE", "naive"));

        assertThat(session.out()).contains("cache naive", "40 loads, 20.0 per expiry", "All 2 invariants held.");
        assertThat(session.status()).isZero();
    }

    @Test
    void noticesErrors() {
        site.fault("GET /", (exchange, number) -> {
            if (number == 25) {
                FakeSite.send(exchange, 500, "ouch");
            }
            return number == 25;
        });

        Session session = stampede(Map.of());

        assertThat(session.out()).contains("BROKE  every request got the page or an orderly refusal: 1 × status 500");
        assertThat(session.status()).isEqualTo(1);
    }

    @Test
    void countsOrderlyRefusalsApart() {
        site.fault("GET /", (exchange, number) -> {
            if (number == 25) {
                exchange.getResponseHeaders().set("Retry-After", "1");
                FakeSite.send(exchange, 503, "later");
            }
            return number == 25;
        });

        Session session = stampede(Map.of());

        assertThat(session.out()).containsPattern("2 +20 +1 +19 +1 +0 ");
        assertThat(session.status()).isZero();
    }

    @Test
    void noticesThatThePageNeverExpired() {
        site.fault("GET /", (exchange, number) -> {
            FakeSite.send(exchange, 200, "carved in stone");
            return true;
        });

        Session session = stampede(Map.of());

        assertThat(session.out()).contains("BROKE  the page did expire");
        assertThat(session.status()).isEqualTo(1);
    }

    private Session stampede(Map<String, String> environment) {
        return Session.run(
                environment, "stampede", "--url", site.url(), "--clients", "20", "--rounds", "2", "--fresh", "1");
    }
}
