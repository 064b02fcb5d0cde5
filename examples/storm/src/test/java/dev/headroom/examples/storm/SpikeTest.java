package dev.headroom.examples.storm;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("one-jdk")
class SpikeTest {
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
    void holdsOnASiteThatServesEverybody() {
        Session session = spike();

        assertThat(session.out()).contains("all 20 connections were made", "All 6 invariants held.");
        assertThat(session.status()).isZero();
    }

    @Test
    void takesOrderlyRefusalsForWhatTheyAre() {
        site.fault("GET /search", (exchange, number) -> {
            exchange.getResponseHeaders().set("Retry-After", "1");
            FakeSite.send(exchange, 503, "later");
            return true;
        });

        Session session = spike();

        assertThat(session.out()).containsPattern("/search +(\\d+) +0 +\\1 +- +-");
        assertThat(session.status()).isZero();
    }

    @Test
    void staysWhenTheSiteClosesConnectionsAfterAnswers() {
        site.fault("GET /search", (exchange, number) -> {
            exchange.getResponseHeaders().set("Connection", "close");
            return false;
        });

        assertThat(spike().status()).isZero();
    }

    @Test
    void noticesRefusalsThatDoNotSayWhenToComeBack() {
        site.fault("GET /search", (exchange, number) -> {
            FakeSite.send(exchange, 503, "later");
            return true;
        });

        assertBroken("every refusal says when to come back", "503 without Retry-After");
    }

    @Test
    void noticesErrors() {
        site.fault("GET /search", (exchange, number) -> {
            FakeSite.send(exchange, 500, "ouch");
            return true;
        });

        assertBroken("no answer was an error", "status 500 for /search");
    }

    @Test
    void noticesConnectionsThatBreak() {
        site.fault("GET /", (exchange, number) -> {
            if (number == 10) {
                halfAnAnswer(exchange);
            }
            return number == 10;
        });

        assertBroken("no connection broke", "connection closed before the answer was whole");
    }

    @Test
    void noticesASiteThatDoesNotRecover() {
        site.fault("GET /", (exchange, number) -> {
            boolean crowd = "storm".equals(exchange.getRequestHeaders().getFirst("User-Agent"));
            if (!crowd) {
                FakeSite.send(exchange, 503, "never again");
            }
            return !crowd;
        });

        assertBroken("afterwards " + site.url() + " serves its front page within 5 s", "status 503");
    }

    private static void halfAnAnswer(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, 100);
        exchange.getResponseBody().write(new byte[50]);
        exchange.getResponseBody().flush();
        exchange.close();
    }

    private void assertBroken(String invariant, String how) {
        Session session = spike();

        assertThat(session.out().lines().filter(line -> line.startsWith("  BROKE  " + invariant)))
                .as(session.toString())
                .singleElement()
                .asString()
                .contains(how);
        assertThat(session.status()).isEqualTo(1);
    }

    private Session spike() {
        return Session.run(
                "spike", "--url", site.url(), "--from", "5", "--clients", "20", "--seconds", "1", "--pause", "100");
    }
}
