package dev.headroom.examples.marketplace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What can't be taken is answered with a page that says why, and leaves no row, no blob and no job. */
class BrokenUploadIT {
    private static final byte[] PHOTO = TestPhotos.jpeg(3);

    @TempDir
    private static Path folder;

    private static SharedSite shared;
    private static RunningMarketplace site;

    @BeforeAll
    static void open() throws IOException {
        shared = new SharedSite(folder);
        site = shared.instance("a", Map.of());
    }

    @AfterAll
    static void close() throws IOException {
        try (SharedSite database = shared) {
            site.close();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("broken")
    void refuses(String name, Multipart form, int status, String reason) throws Exception {
        HttpResponse<String> answer = new Visit(site.address()).offer(form);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("text/html");
        assertThat(answer.body()).contains(reason).contains("</html>");
        assertNothingIsLeft();
    }

    static Stream<Arguments> broken() {
        byte[] text = "Dear Sir or Madam,\nthis is a letter.\n".repeat(50).getBytes(StandardCharsets.UTF_8);
        byte[] truncated = Arrays.copyOf(PHOTO, PHOTO.length / 2);
        byte[] tooLarge = Arrays.copyOf(PHOTO, (20 << 20) + 1);
        byte[] muchTooLarge = Arrays.copyOf(PHOTO, 40 << 20);
        return Stream.of(
                refused("text as .jpg", offer("letter.jpg", text), 415, "JPEG or PNG"),
                refused("GIF", offer("a.gif", TestPhotos.gif(1)), 415, "JPEG or PNG"),
                refused("truncated", offer("a.jpg", truncated), 422, "end of this picture is missing"),
                refused(
                        "truncated PNG",
                        offer("a.png", half(TestPhotos.png(1))),
                        422,
                        "end of this picture is missing"),
                refused("a byte too large", offer("a.jpg", tooLarge), 413, "20 MB"),
                refused("much too large", offer("a.jpg", muchTooLarge), 413, "20 MB"),
                refused("empty file", offer("a.jpg", new byte[0]), 400, "choose a photograph"),
                refused("no photograph", fields("Vase", "1"), 400, "choose a photograph"),
                refused("no title", fields(" ", "1").file("photo", "a.jpg", PHOTO), 400, "give it a title"),
                refused("long title", fields("x".repeat(121), "1").file("photo", "a.jpg", PHOTO), 400, "120"),
                refused("no number", fields("Vase", "cheap").file("photo", "a.jpg", PHOTO), 400, "price is a number"),
                refused("below zero", fields("Vase", "-1").file("photo", "a.jpg", PHOTO), 400, "price is from 0"),
                refused("no end", offer("a.jpg", PHOTO).withoutEnd(), 400, "did not arrive whole"),
                refused("no parts", new Multipart().withoutEnd(), 400, "choose a photograph"));
    }

    @Test
    void refusesAFormOfAnotherSite() throws Exception {
        HttpResponse<String> answer =
                new Visit(site.address()).offer(offer("a.jpg", PHOTO), "Origin", "https://evil.example");

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).contains("another site").contains("</html>");
        assertNothingIsLeft();
    }

    @Test
    void refusesWhatIsNoFormWithFiles() throws Exception {
        HttpResponse<String> answer = new Visit(site.address()).post("/products", Map.of("title", "Vase"));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("</html>");
        assertNothingIsLeft();
    }

    private static void assertNothingIsLeft() throws IOException, SQLException {
        assertThat(shared.number("select count(*) from products")).isZero();
        assertThat(shared.number("select count(*) from headroom_job where kind = 'photo.make-small'"))
                .isZero();
        assertThat(shared.blobFiles()).isZero();
    }

    private static Arguments refused(String name, Multipart form, int status, String reason) {
        return Arguments.of(name, form, status, reason);
    }

    private static Multipart offer(String fileName, byte[] photo) {
        return Multipart.offer("Vase", "12.50", fileName, photo);
    }

    private static Multipart fields(String title, String price) {
        return new Multipart().field("title", title).field("price", price);
    }

    private static byte[] half(byte[] whole) {
        return Arrays.copyOf(whole, whole.length / 2);
    }
}
