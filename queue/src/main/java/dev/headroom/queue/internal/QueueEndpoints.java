package dev.headroom.queue.internal;

import dev.headroom.queue.JobQueue;
import dev.headroom.queue.servlet.QueueLengthServlet;
import dev.headroom.queue.servlet.QueueScaleServlet;
import dev.headroom.servlet.EndpointSpec;
import dev.headroom.servlet.WebParts;
import jakarta.servlet.http.HttpServlet;
import org.jspecify.annotations.Nullable;

/** What the queue answers over HTTP; a class of its own, so that a queue without a web application needs no servlets. */
final class QueueEndpoints {
    private QueueEndpoints() {}

    static void add(WebParts web, JobQueue queue, QueueOptions options) {
        String name = options.name();
        HttpServlet length = guarded(new QueueLengthServlet(queue, options.lengthCounts()), options.endpointToken());
        HttpServlet scale = guarded(new QueueScaleServlet(queue), options.endpointToken());
        web.endpoint(EndpointSpec.of(name + "-length", length, "/" + name + "/length"))
                .endpoint(EndpointSpec.of(name + "-scale", scale, "/" + name + "/scale"));
    }

    private static HttpServlet guarded(HttpServlet servlet, @Nullable String token) {
        return token == null ? servlet : new GuardedServlet(servlet, token);
    }
}
