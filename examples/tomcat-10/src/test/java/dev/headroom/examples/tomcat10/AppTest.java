package dev.headroom.examples.tomcat10;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

class AppTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    @Test
    void servesItsPageHealthAndConsole() throws Exception {
        try (App app = new App(0)) {
            HttpResponse<String> hello = get(app, "/");

            assertThat(hello.body()).isEqualTo("Hello from trace " + TRACE + "\n");
            assertThat(hello.headers().firstValue("X-Request-Id")).contains(TRACE);
            assertThat(get(app, "/health").body()).isEqualTo("OK");
            assertThat(get(app, "/console").body()).contains("<title>tomcat-10 – console</title>");
            assertThat(get(app, "/console/data").body()).contains("\"title\":\"Load\"");
        }
    }

    private static HttpResponse<String> get(App app, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + app.port() + path))
                .header("traceparent", "00-" + TRACE + "-00f067aa0ba902b7-01")
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }
}
