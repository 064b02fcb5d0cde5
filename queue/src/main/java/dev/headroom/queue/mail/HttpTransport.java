package dev.headroom.queue.mail;

import dev.headroom.config.Checks;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/**
 * Sends mail by a provider's HTTP interface. The provider says how its request looks; this says what the answer means: 2xx is taken, 408, 425,
 * 429 and 5xx are tried again, any other is rejected for good. Answers are waited for up to 20 s, unless the request says otherwise. Thread-safe.
 *
 * <pre>{@code
 * MailTransport transport = new HttpTransport((mail, messageId) -> HttpRequest.newBuilder(URI.create("https://mail.example/v1/send"))
 *         .header("Authorization", "Bearer " + token)
 *         .header("Idempotency-Key", messageId)
 *         .POST(HttpRequest.BodyPublishers.ofString(json(mail)))
 *         .build());
 * }</pre>
 */
public final class HttpTransport implements MailTransport {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(20);
    private static final int SHOWN = 500;

    private final Provider provider;
    private final HttpClient client;

    /** Who delivers mail. Thread-safe. */
    @FunctionalInterface
    public interface Provider {
        /** The request that has it send a mail; it should carry the message id, by which the provider knows what it has sent before. */
        HttpRequest request(Mail mail, String messageId) throws Exception;
    }

    /** Mail by this provider. */
    public HttpTransport(Provider provider) {
        this(provider, HttpClient.newBuilder().connectTimeout(CONNECT).build());
    }

    /** Mail by this provider, by a client of the application's own. */
    public HttpTransport(Provider provider, HttpClient client) {
        this.provider = Checks.present("provider", provider);
        this.client = Checks.present("client", client);
    }

    @Override
    public void send(Mail mail, String messageId) throws Exception {
        HttpRequest request = provider.request(mail, messageId);
        if (request.timeout().isEmpty()) {
            request = HttpRequest.newBuilder(request, (name, value) -> true)
                    .timeout(ANSWER)
                    .build();
        }
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        int status = answer.statusCode();
        if (status < 200 || status > 299) {
            String body = answer.body().length() > SHOWN ? answer.body().substring(0, SHOWN) + "…" : answer.body();
            String message = "mail: " + request.uri().getHost() + " answered " + status + " " + body;
            boolean later = status == 408 || status == 425 || status == 429 || status >= 500;
            throw later ? new IOException(message) : new MailRejectedException(message, null);
        }
    }
}
