package dev.headroom.servlet;

import dev.headroom.Deadline;
import dev.headroom.RequestContext;
import dev.headroom.TraceId;
import dev.headroom.http.ContextHeaders;
import dev.headroom.load.Criticality;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes a request's context from what came with it. */
final class Incoming {
    private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9._:+/=@-]{1,128}");
    private static final Pattern MILLIS = Pattern.compile("\\d{1,9}");
    private static final Logger log = LoggerFactory.getLogger(Incoming.class);

    private Incoming() {}

    static RequestContext context(HttpServletRequest request, WebOptions options) {
        RequestContext.Builder builder = RequestContext.builder();
        TraceId.fromTraceparent(request.getHeader(ContextHeaders.TRACEPARENT)).ifPresent(builder::traceId);
        identity(request, options)
                .ifPresent(identity ->
                        builder.user(identity.user()).tier(identity.tier().isEmpty() ? null : identity.tier()));
        String sub = request.getPathInfo();
        builder.criticality(
                options.criticality(sub == null ? request.getServletPath() : request.getServletPath() + sub));
        Deadline own = options.timeout().map(Deadline::after).orElse(null);
        builder.deadline(own);
        trusted(request, options, own, builder);
        RequestContext context = builder.build();
        String requestId = request.getHeader(ContextHeaders.REQUEST_ID);
        if (requestId != null && REQUEST_ID.matcher(requestId).matches()) {
            context.attribute(ContextHeaders.REQUEST_ID_KEY, requestId);
        }
        return context;
    }

    private static void trusted(
            HttpServletRequest request, WebOptions options, @Nullable Deadline own, RequestContext.Builder builder) {
        String criticality = request.getHeader(ContextHeaders.CRITICALITY);
        String timeout = request.getHeader(ContextHeaders.TIMEOUT);
        if (criticality == null && timeout == null || !trusts(request, options)) {
            return;
        }
        for (Criticality known : Criticality.values()) {
            if (known.name().equals(criticality)) {
                builder.criticality(known);
            }
        }
        if (timeout != null && MILLIS.matcher(timeout).matches()) {
            Deadline told = Deadline.after(Duration.ofMillis(Long.parseLong(timeout)));
            builder.deadline(own == null ? told : own.earlier(told));
        }
    }

    private static boolean trusts(HttpServletRequest request, WebOptions options) {
        try {
            return options.trusts(request);
        } catch (RuntimeException e) {
            log.warn("context: the caller is not trusted, since deciding that failed", e);
            return false;
        }
    }

    private static Optional<Identity> identity(HttpServletRequest request, WebOptions options) {
        try {
            return options.identity().identify(request);
        } catch (RuntimeException e) {
            log.warn("context: nobody is known, since the identity source failed", e);
            return Optional.empty();
        }
    }
}
