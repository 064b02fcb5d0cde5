package dev.headroom.examples.storm.upload;

import dev.headroom.examples.storm.pictures.TestPicture;
import dev.headroom.examples.storm.site.Http;
import dev.headroom.examples.storm.site.Site;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Somebody who puts things up for sale at one instance, with cookies of its own. Thread-safe. */
public final class Seller {
    private static final Pattern PRODUCT = Pattern.compile("/products/(\\d{1,18})$");
    private static final Duration ANSWER = Duration.ofMinutes(2);
    private static final Duration COME_BACK = Duration.ofSeconds(1);
    private static final String BOUNDARY = "----storm-7a1e0c5b93d24f68";
    private static final int SEE_OTHER = 303;
    private static final int TOO_MANY = 429;
    private static final int UNAVAILABLE = 503;

    private final Http http;
    private final URI offers;

    Seller(URI instance) {
        this(instance, new Http());
    }

    /** Somebody who also looks at pages, with the same cookies. */
    public Seller(URI instance, Http http) {
        this.http = http;
        this.offers = Site.at(instance, "/products");
    }

    /** Offers something, once. */
    public Reply offer(String title, TestPicture photo) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(offers)
                .timeout(ANSWER)
                .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
                .POST(BodyPublishers.ofByteArrays(form(title, photo)))
                .build();
        try {
            return reply(http.send(request));
        } catch (IOException e) {
            return new Reply.Lost(e.getClass().getSimpleName() + ": " + e.getMessage());
        }
    }

    private static Reply reply(HttpResponse<byte[]> answer) {
        int status = answer.statusCode();
        if (status == SEE_OTHER) {
            String location = answer.headers().firstValue("Location").orElse("");
            Matcher product = PRODUCT.matcher(location);
            return product.find()
                    ? new Reply.Acknowledged(Long.parseLong(product.group(1)))
                    : new Reply.Failed("303 to '" + location + "'");
        }
        if (status == UNAVAILABLE || status == TOO_MANY) {
            return new Reply.Busy(Http.retryAfter(answer, COME_BACK));
        }
        return status >= 400 && status < 500 ? new Reply.Refused(status) : new Reply.Failed("status " + status);
    }

    private static List<byte[]> form(String title, TestPicture photo) {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        field(head, "title", title);
        field(head, "price", "12.50");
        field(head, "seller", "storm");
        write(
                head,
                "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"" + photo.fileName()
                        + "\"\r\nContent-Type: " + photo.contentType() + "\r\n\r\n");
        byte[] end = ("\r\n--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.UTF_8);
        return List.of(head.toByteArray(), photo.bytes(), end);
    }

    private static void field(ByteArrayOutputStream form, String name, String value) {
        write(
                form,
                "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n");
    }

    private static void write(ByteArrayOutputStream form, String text) {
        form.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }
}
