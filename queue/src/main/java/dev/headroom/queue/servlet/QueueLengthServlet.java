package dev.headroom.queue.servlet;

import dev.headroom.queue.JobQueue;
import dev.headroom.queue.QueueException;
import dev.headroom.queue.QueueLength;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * {@code GET /queue/length}: how many jobs wait, as a plain number; made for scripts that add and take away workers.
 *
 * <p>{@code ?queue=images} asks for one queue, else all are summed up. {@code ?states=ready,running} says what counts, of {@code ready},
 * {@code scheduled}, {@code running} and {@code dead}; {@code ready,scheduled} unless told. At most a second old. 400 for an unknown queue
 * or state, 503 while the database can't be asked.
 */
public final class QueueLengthServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    private final transient JobQueue queue;

    /** A servlet that tells of this queue. */
    public QueueLengthServlet(JobQueue queue) {
        this.queue = queue;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/plain;charset=UTF-8");
        response.setHeader("Cache-Control", "no-store");
        try {
            String asked = request.getParameter("queue");
            String states = request.getParameter("states");
            QueueLength length = asked == null ? queue.length() : queue.length(asked);
            response.getWriter().print(count(length, states == null ? "ready,scheduled" : states));
        } catch (IllegalArgumentException wrong) {
            response.setStatus(HttpServletResponse.SC_BAD_REQUEST);
            response.getWriter().print("queue or states: unknown");
        } catch (QueueException away) {
            response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
            response.getWriter().print("database: not available");
        }
    }

    private static long count(QueueLength length, String states) {
        long count = 0;
        for (String state : states.split(",")) {
            count += switch (state) {
                case "ready" -> length.ready();
                case "scheduled" -> length.scheduled();
                case "running" -> length.running();
                case "dead" -> length.dead();
                default -> throw new IllegalArgumentException("states: " + states);
            };
        }
        return count;
    }
}
