package dev.headroom.examples.marketplace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What can't be taken is answered with a page that says why, and leaves no row, no blob and no job. */
@Tag("one-jdk")
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
                refused(
                        "exponent",
                        fields("Vase", "1e-400000000").file("photo", "a.jpg", PHOTO),
                        400,
                        "price is a number"),
                refused(
                        "three decimals",
                        fields("Vase", "1.005").file("photo", "a.jpg", PHOTO),
                        400,
                        "price is a number"),
                refused("too much", fields("Vase", "1000001").file("photo", "a.jpg", PHOTO), 400, "price is from 0"),
                refused("NUL in the title", fields("Va\u0000se", "1").file("photo", "a.jpg", PHOTO), 400, "control"),
                refused("bell in the title", fields("Va\u0007se", "1").file("photo", "a.jpg", PHOTO), 400, "control"),
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

    @ParameterizedTest
    @ValueSource(strings = {"/search?q=a%00b", "/search?q=%07", "/search?q=a%0Ab"})
    void refusesASearchForControlCharacters(String path) throws Exception {
        HttpResponse<String> answer = new Visit(site.address()).get(path);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("control characters").contains("</html>");
    }

    @Test
    void hasNoErrorPageToLookAt() throws Exception {
        HttpResponse<String> answer = new Visit(site.address()).get("/error");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).contains("There is no such page").contains("</html>");
    }

    @Test
    void leavesNothingOfAnUploadWhoseSenderHangsUp() throws Exception {
        byte[] form = offer("a.jpg", Arrays.copyOf(PHOTO, 2 << 20)).bytes();
        for (int i = 0; i < 3; i++) {
            try (Socket sender =
                    new Socket(site.address().getHost(), site.address().getPort())) {
                sender.getOutputStream()
                        .write(("POST /products HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + form.length
                                        + "\r\nContent-Type: " + new Multipart().contentType() + "\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                sender.getOutputStream().write(form, 0, form.length / 2);
                sender.getOutputStream().flush();
                Awaitility.await("the upload to arrive")
                        .atMost(Duration.ofSeconds(20))
                        .until(() -> !uploads().isEmpty());
            }
            Awaitility.await("the upload to be taken away")
                    .atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(uploads()).isEmpty());
        }

        assertThat(new Visit(site.address()).get("/").statusCode()).isEqualTo(200);
        assertNothingIsLeft();
    }

    private static List<Path> uploads() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("a/uploads"))) {
            return files.toList();
        }
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
