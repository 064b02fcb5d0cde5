package dev.headroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

/** That it answers as S3 does; the storage module's tests put and get on it. */
class S3ServerTest {
    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void refusesWhoHasNotSigned() throws Exception {
        try (S3Server server = S3Server.start()) {
            assertThat(status(server.endpoint())).isEqualTo(403);
        }
    }

    @Test
    void isGoneWhileStoppedAndBackAtTheSameAddress() throws Exception {
        try (S3Server server = S3Server.start()) {
            URI endpoint = server.endpoint();
            server.stop();
            assertThatThrownBy(() -> status(endpoint)).isInstanceOf(IOException.class);
            server.restart();
            assertThat(server.endpoint()).isEqualTo(endpoint);
            assertThat(status(endpoint)).isEqualTo(403);
        }
    }

    private int status(URI uri) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}
