package dev.headroom.queue.internal;

import dev.headroom.queue.JobFilter;
import dev.headroom.queue.JobQueue;
import dev.headroom.queue.servlet.QueueLengthServlet;
import dev.headroom.queue.servlet.QueueScaleServlet;
import dev.headroom.servlet.EndpointSpec;
import dev.headroom.servlet.WebParts;

/** What the queue answers over HTTP; a class of its own, so that a queue without a web application needs no servlets. */
final class QueueEndpoints {
    private QueueEndpoints() {}

    static void add(WebParts web, JobQueue queue, String name, JobFilter counted) {
        web.endpoint(EndpointSpec.of(name + "-length", new QueueLengthServlet(queue, counted), "/" + name + "/length"))
                .endpoint(EndpointSpec.of(name + "-scale", new QueueScaleServlet(queue), "/" + name + "/scale"));
    }
}
