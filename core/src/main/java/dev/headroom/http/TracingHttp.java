package dev.headroom.http;

import dev.headroom.RequestContext;
import java.net.http.HttpRequest;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Puts the request context on calls of the JDK's HTTP client: the {@linkplain ContextHeaders headers}, and the time that remains as the
 * call's timeout.
 *
 * <p>The headers are those of the moment, so each attempt of a retried call is prepared anew. Outside of a request or job nothing is
 * added. Stateless.
 *
 * <pre>{@code
 * HttpRequest request = TracingHttp.prepare(HttpRequest.newBuilder(uri)).GET().build();
 * }</pre>
 */
public final class TracingHttp {
    private static final Duration SHORTEST = Duration.ofMillis(1);

    private TracingHttp() {}

    /** Adds headers and, if the context has a deadline, its remaining time as the timeout. */
    public static HttpRequest.Builder prepare(HttpRequest.Builder request) {
        return prepare(request, null);
    }

    /** Adds headers and a timeout: the given one or the remaining time, whichever is shorter; at least 1 ms. */
    public static HttpRequest.Builder prepare(HttpRequest.Builder request, @Nullable Duration timeout) {
        ContextHeaders.apply(request::setHeader);
        Duration left = RequestContext.active()
                .flatMap(RequestContext::deadline)
                .map(deadline -> deadline.remaining())
                .orElse(null);
        Duration shorter = left == null || timeout != null && timeout.compareTo(left) < 0 ? timeout : left;
        if (shorter != null) {
            request.timeout(shorter.compareTo(SHORTEST) < 0 ? SHORTEST : shorter);
        }
        return request;
    }
}
