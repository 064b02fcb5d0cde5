package dev.headroom.examples.storm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UploadTest {
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
    void holdsOnASiteThatDoesItsWork() {
        Session session = upload("--broken", "100");

        assertThat(session.out()).contains("All 10 invariants held.").containsPattern("broken ones refused +4 of 4");
        assertThat(session.status()).isZero();
        assertThat(site.uploads).hasValue(4);
    }

    @Test
    void comesBackWhenToldToAndRepeatsNoAcknowledgedUpload() {
        site.fault("POST /products", (exchange, number) -> {
            if (number % 2 == 0) {
                return false;
            }
            exchange.getResponseHeaders().set("Retry-After", "0");
            FakeSite.send(exchange, 503, "later");
            return true;
        });

        Session session = upload("--clients", "1");

        assertThat(session.status()).isZero();
        assertThat(session.out()).containsPattern("told to come back later +4");
        assertThat(site.uploads).hasValue(4);
    }

    @Test
    void triesAgainWhenTheAnswerIsLost() {
        site.fault("POST /products", (exchange, number) -> {
            if (number == 1) {
                exchange.close();
            }
            return number == 1;
        });

        Session session = upload();

        assertThat(session.status()).isZero();
        assertThat(session.out()).containsPattern("answers lost, tried again +1");
    }

    @Test
    void noticesTheWrongPicture() {
        site.fault("GET /images", (exchange, number) -> {
            site.images.put(2L, site.images.get(1L));
            return false;
        });

        assertBroken(upload(), "every small picture is the right one", "shows picture");
    }

    @Test
    void noticesTheWrongDimensions() {
        site.fault("GET /images", (exchange, number) -> {
            Map<String, byte[]> sizes = site.images.get(1L);
            sizes.put("90x90", sizes.get("300x400"));
            return false;
        });

        assertBroken(upload(), "every small picture is the right one", "in 90x90 has 300x225 pixels");
    }

    @Test
    void noticesAMissingSize() {
        site.fault("GET /images", (exchange, number) -> {
            site.images.get(3L).remove("300x400");
            return false;
        });

        assertBroken(upload(), "every picture has its four sizes", "product 3");
    }

    @Test
    void noticesALostPicture() {
        site.fault("GET /images", (exchange, number) -> {
            site.images.remove(4L);
            return false;
        });

        assertBroken(upload(), "no acknowledged picture was lost", "product 4");
    }

    @Test
    void noticesARefusedGoodPicture() {
        site.fault("POST /products", (exchange, number) -> {
            if (number == 2) {
                FakeSite.send(exchange, 400, "I do not like it");
            }
            return number == 2;
        });

        assertBroken(upload(), "no good picture was refused", "status 400");
    }

    @Test
    void noticesThatTwoPicturesBecameOneProduct() {
        site.fault("POST /products", (exchange, number) -> {
            if (number == 2) {
                exchange.getResponseHeaders().set("Location", "/products/1");
                FakeSite.send(exchange, 303, "");
            }
            return number == 2;
        });

        assertBroken(upload("--clients", "1"), "every acknowledged picture is a product of its own", "3 products");
    }

    @Test
    void noticesABrokenPictureThatWasTaken() {
        site.takesEverything = true;

        Session session = upload("--broken", "100", "--patience", "1");

        assertBroken(session, "no broken picture was taken", "1 × truncated jpeg");
        assertBroken(session, "a search finds no broken picture", "it does");
    }

    @Test
    void noticesABrokenPictureThatBreaksTheSite() {
        site.fault("POST /products", (exchange, number) -> {
            FakeSite.send(exchange, 500, "ouch");
            return true;
        });

        Session session = upload("--broken", "25", "--patience", "1");

        assertBroken(session, "every broken picture got a clear refusal", "status 500");
        assertBroken(session, "every upload was answered", "status 500");
    }

    @Test
    void noticesJobsThatStay() {
        site.queueLength = 3;

        assertBroken(upload("--patience", "1"), "the queue is empty", "3 jobs are left");
    }

    /** Four small pictures and no broken ones, unless options say otherwise. */
    private Session upload(String... namesAndValues) {
        Map<String, String> options = new LinkedHashMap<>(Map.of(
                "--url", site.url(), "--pictures", "4", "--mix", "palette=1", "--broken", "0", "--patience", "2"));
        for (int i = 0; i < namesAndValues.length; i += 2) {
            options.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        Stream<String> arguments =
                options.entrySet().stream().flatMap(option -> Stream.of(option.getKey(), option.getValue()));
        return Session.run(Stream.concat(Stream.of("upload"), arguments).toArray(String[]::new));
    }

    private static void assertBroken(Session session, String invariant, String how) {
        assertThat(session.out().lines().filter(line -> line.startsWith("  BROKE  " + invariant)))
                .as(session.toString())
                .singleElement()
                .asString()
                .contains(how);
        assertThat(session.status()).isEqualTo(1);
    }
}
