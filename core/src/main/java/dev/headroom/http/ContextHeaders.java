package dev.headroom.http;

import dev.headroom.RequestContext;
import java.time.Duration;
import java.util.function.BiConsumer;

/**
 * The HTTP headers in which a request context travels from service to service, and the way to put them on a call of any client.
 *
 * <p>{@value #TRACEPARENT} is that of <a href="https://www.w3.org/TR/trace-context/">W3C Trace Context</a>. {@value #CRITICALITY} and
 * {@value #TIMEOUT} are obeyed only by services that trust the caller. Neither user nor tier is sent.
 *
 * <pre>{@code
 * ContextHeaders.apply(connection::setRequestProperty);
 * }</pre>
 */
public final class ContextHeaders {
    /** The trace: version, trace id, span id and flags. */
    public static final String TRACEPARENT = "traceparent";

    /** The request's identifier, given by the outermost proxy or else the trace id. */
    public static final String REQUEST_ID = "X-Request-Id";

    /** The name of a {@link dev.headroom.load.Criticality}. */
    public static final String CRITICALITY = "X-Request-Criticality";

    /** The milliseconds that remain; a duration and no point in time, so that no two clocks are compared. */
    public static final String TIMEOUT = "X-Request-Timeout";

    /** Where a context keeps its {@value #REQUEST_ID} when that is not its trace id. */
    public static final RequestContext.Key<String> REQUEST_ID_KEY = new RequestContext.Key<>("requestId", String.class);

    private ContextHeaders() {}

    /** Gives the headers of the thread's context, name and value; nothing outside of a request or job. */
    public static void apply(BiConsumer<String, String> headers) {
        RequestContext.active().ifPresent(context -> apply(context, headers));
    }

    /** Gives the headers of this context, name and value. A deadline that has passed is sent as 0. */
    public static void apply(RequestContext context, BiConsumer<String, String> headers) {
        headers.accept(TRACEPARENT, context.traceId().traceparent());
        headers.accept(REQUEST_ID, requestId(context));
        headers.accept(CRITICALITY, context.criticality().name());
        context.deadline().ifPresent(deadline -> {
            Duration left = deadline.remaining();
            headers.accept(TIMEOUT, Long.toString(Math.max(0, left.toMillis())));
        });
    }

    /** The context's request identifier: what came with the request, else its trace id. */
    public static String requestId(RequestContext context) {
        return context.attribute(REQUEST_ID_KEY).orElse(context.traceId().value());
    }
}
