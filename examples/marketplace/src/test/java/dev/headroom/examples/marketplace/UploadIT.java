package dev.headroom.examples.marketplace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.examples.marketplace.photos.PhotoJobs;
import dev.headroom.storage.BlobKey;
import dev.headroom.storage.BlobSource;
import dev.headroom.storage.BlobStore;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An offer from the form to its four small pictures; what is refused leaves nothing. */
@Tag("one-jdk")
class UploadIT {
    private static final List<String> SIZES = List.of("50x50", "90x90", "300x400", "685x685");
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** The front page is fresh for 5 s; the rest is for a busy machine. */
    private static final Duration FRONT_PAGE = Duration.ofSeconds(20);

    @TempDir
    private static Path folder;

    private static SharedSite shared;
    private static RunningMarketplace site;

    @BeforeAll
    static void open() throws IOException {
        shared = new SharedSite(folder);
        site = shared.instance("a", Map.of());
    }

    @AfterEach
    void letTheStandbyFollow() {
        shared.standby().resumeReplay();
    }

    @AfterAll
    static void close() throws IOException {
        try (SharedSite database = shared) {
            site.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"jpeg", "png"})
    void showsTheSellerTheOfferAtOnceWhileTheStandbyStandsStill(String format) throws Exception {
        Visit seller = new Visit(site.address());
        shared.standby().pauseReplay();
        String title = "Lamp as " + format + " <b>";
        byte[] photo = format.equals("png") ? TestPhotos.png(1) : TestPhotos.jpeg(1);

        HttpResponse<String> answer = seller.offer(Multipart.offer(title, "12,50", "a." + format, photo));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(303);
        String product = answer.headers().firstValue("Location").orElseThrow();
        assertThat(answer.headers().firstValue("X-Request-Id")).isPresent();
        assertThat(answer.headers().firstValue("traceparent")).isPresent();
        assertThat(seller.get(product).body())
                .contains("Lamp as " + format + " &lt;b&gt;")
                .contains("€ 12.50");
        String front = seller.get("/").body();
        assertThat(front).contains("My offers");
        String own = front.replaceAll("(?s).*href=\"(/sellers/\\d+)\">My offers.*", "$1");
        assertThat(seller.get(own).body()).contains("Lamp as " + format).contains(product);

        shared.standby().resumeReplay();
        Visit stranger = new Visit(site.address());
        Awaitility.await("the front page follows")
                .atMost(FRONT_PAGE)
                .untilAsserted(() -> assertThat(stranger.get("/").body()).contains(product));
    }

    @Test
    void servesAPlaceholderAndThenFourSmallPictures() throws Exception {
        Visit seller = new Visit(site.address());
        String id = seller.offered("Chair", TestPhotos.jpeg(2)).replaceAll("\\D", "");

        HttpResponse<String> early = seller.get("/images/" + id + "/685x685");
        assertThat(early.statusCode()).isEqualTo(200);
        assertThat(early.headers().firstValue("Content-Type").orElseThrow())
                .startsWith("image/")
                .satisfiesAnyOf(
                        type -> assertThat(type).startsWith("image/svg+xml"),
                        type -> assertThat(type).isEqualTo("image/jpeg"));

        String page = seller.get("/products/" + id).body();
        String version = page.replaceAll("(?s).*src=\"/images/" + id + "/685x685(\\?v=[^\"]+)\".*", "$1");
        assertThat(version).matches("\\?v=[0-9a-f]{8}");
        for (String size : SIZES) {
            Awaitility.await(size).atMost(PATIENCE).untilAsserted(() -> {
                HttpResponse<String> picture = seller.get("/images/" + id + "/" + size + version);
                assertThat(picture.headers().firstValue("Content-Type")).hasValue("image/jpeg");
                assertThat(picture.headers().firstValue("Cache-Control").orElse(""))
                        .contains("immutable");
            });
        }
        Awaitility.await("the queue to be empty")
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(seller.get("/queue/length?states=ready,scheduled,running,dead")
                                .body()
                                .strip())
                        .isEqualTo("0"));
        assertThat(shared.number("select count(*) from photo_sizes where product_id = " + id))
                .isEqualTo(SIZES.size());
        for (String other : List.of("", "?v=00000000")) {
            assertThat(seller.get("/images/" + id + "/50x50" + other).headers().firstValue("Cache-Control"))
                    .hasValue("public, max-age=60");
        }
        assertThat(seller.get("/images/" + id + "/12x12").statusCode()).isEqualTo(404);
        assertThat(seller.get("/images/999999999/50x50").statusCode()).isEqualTo(404);
    }

    @Test
    void sweepsPhotographsWhoseProductWasNeverWritten() throws Exception {
        Visit seller = new Visit(site.address());
        String id = seller.offered("Mirror", TestPhotos.jpeg(7)).replaceAll("\\D", "");
        Awaitility.await("the four pictures")
                .atMost(PATIENCE)
                .until(() ->
                        shared.number("select count(*) from photo_sizes where product_id = " + id) == SIZES.size());
        BlobStore photos = shared.photos();
        List<BlobKey> ours = photos.list("photos/", null, 1000).keys();
        BlobKey orphan = BlobKey.of("photos/00000000-0000-4000-8000-000000000000/original");
        photos.put(orphan, BlobSource.of(TestPhotos.jpeg(8)));

        long young = PhotoJobs.sweepOf(photos, shared.database()).build().run();
        long old = PhotoJobs.sweepOf(photos, shared.database())
                .clock(Clock.offset(Clock.systemUTC(), Duration.ofDays(1)))
                .build()
                .run();

        assertThat(young).isZero();
        assertThat(old).isEqualTo(1);
        assertThat(photos.head(orphan)).isEmpty();
        assertThat(photos.list("photos/", null, 1000).keys()).containsAll(ours);
    }

    @Test
    void keepsTheCallersTrace() throws Exception {
        String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        HttpResponse<String> answer =
                new Visit(site.address()).offer(new Multipart(), "traceparent", "00-" + trace + "-00f067aa0ba902b7-01");

        assertThat(answer.headers().firstValue("traceparent").orElse("")).contains(trace);
    }
}
