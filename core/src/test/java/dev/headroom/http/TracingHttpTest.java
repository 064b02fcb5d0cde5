package dev.headroom.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.RequestContext;
import dev.headroom.load.Criticality;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TracingHttpTest {
    private static HttpRequest.Builder call() {
        return HttpRequest.newBuilder(URI.create("http://localhost/"));
    }

    @Test
    void carriesTheContextAlong() throws Exception {
        RequestContext context = RequestContext.builder()
                .user("willow")
                .criticality(Criticality.SHEDDABLE)
                .deadline(Duration.ofSeconds(60))
                .build();
        context.attribute(ContextHeaders.REQUEST_ID_KEY, "proxy-7");

        HttpRequest request = context.call(() -> TracingHttp.prepare(call()).build());

        assertThat(request.headers().firstValue("traceparent"))
                .contains(context.traceId().traceparent());
        assertThat(request.headers().firstValue("X-Request-Id")).contains("proxy-7");
        assertThat(request.headers().firstValue("X-Request-Criticality")).contains("SHEDDABLE");
        assertThat(request.headers().firstValueAsLong("X-Request-Timeout").orElseThrow())
                .isBetween(1L, 60_000L);
        assertThat(request.timeout().orElseThrow()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(60));
        assertThat(request.headers().map().toString()).doesNotContain("willow");
    }

    @Test
    void takesTheShorterTimeout() throws Exception {
        RequestContext context =
                RequestContext.builder().deadline(Duration.ofSeconds(60)).build();
        RequestContext late = RequestContext.builder().deadline(Duration.ZERO).build();

        assertThat(context.call(() -> TracingHttp.prepare(call(), Duration.ofMillis(5))
                        .build()
                        .timeout()))
                .contains(Duration.ofMillis(5));
        assertThat(late.call(() -> TracingHttp.prepare(call()).build().timeout()))
                .contains(Duration.ofMillis(1));
        assertThat(TracingHttp.prepare(call(), Duration.ofSeconds(3)).build().timeout())
                .contains(Duration.ofSeconds(3));
    }

    @Test
    void addsNothingOutsideOfARequest() {
        Map<String, String> headers = new HashMap<>();

        ContextHeaders.apply(headers::put);

        assertThat(headers).isEmpty();
        assertThat(TracingHttp.prepare(call()).build().timeout()).isEmpty();
    }

    @Test
    void sendsATimeThatHasPassedAsZero() {
        Map<String, String> headers = new HashMap<>();

        ContextHeaders.apply(RequestContext.builder().deadline(Duration.ZERO).build(), headers::put);

        assertThat(headers).containsEntry("X-Request-Timeout", "0").containsEntry("X-Request-Criticality", "CRITICAL");
    }
}
