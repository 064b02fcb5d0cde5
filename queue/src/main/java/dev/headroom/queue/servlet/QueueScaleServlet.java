package dev.headroom.queue.servlet;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headroom.queue.JobQueue;
import dev.headroom.queue.QueueException;
import dev.headroom.queue.scale.ScaleAdvice;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * {@code GET /queue/scale}: whether to launch a server, stop one or do neither, as JSON; made for the script that does it, to be asked every
 * minute or every five.
 *
 * <p>The script says what it has launched that may not be at work yet: {@code ?launched=30,400} for two, 30 and 400 seconds ago; one that
 * is at work is to be left out. 400 for anything else there, 503 while the database can't be asked.
 */
public final class QueueScaleServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final transient JobQueue queue;

    /** A servlet that advises on this queue. */
    public QueueScaleServlet(JobQueue queue) {
        this.queue = queue;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setHeader("Cache-Control", "no-store");
        String launched = request.getParameter("launched");
        if (launched != null && !launched.matches("\\d{1,9}(,\\d{1,9}){0,999}")) {
            answer(response, HttpServletResponse.SC_BAD_REQUEST, "launched: not a list of seconds");
            return;
        }
        ScaleAdvice advice;
        try {
            advice = queue.scale(durations(launched == null ? "" : launched));
        } catch (QueueException away) {
            answer(response, HttpServletResponse.SC_SERVICE_UNAVAILABLE, "database: not available");
            return;
        }
        response.setContentType("application/json;charset=UTF-8");
        response.getWriter().print(json(advice));
    }

    private static void answer(HttpServletResponse response, int status, String text) throws IOException {
        response.setStatus(status);
        response.setContentType("text/plain;charset=UTF-8");
        response.getWriter().print(text);
    }

    private static List<Duration> durations(String seconds) {
        List<Duration> durations = new ArrayList<>();
        if (!seconds.isEmpty()) {
            for (String each : seconds.split(",")) {
                durations.add(Duration.ofSeconds(Long.parseLong(each)));
            }
        }
        return durations;
    }

    private static ObjectNode json(ScaleAdvice advice) {
        return JSON.createObjectNode()
                .put("action", advice.action().name().toLowerCase(Locale.ROOT))
                .put("servers", advice.servers())
                .put("node", advice.node())
                .put("reason", advice.reason())
                .put("length", advice.load().length())
                .put("busy", advice.load().busy())
                .put("free", advice.load().free())
                .put("nodes", advice.load().nodes().size())
                .put("floor", advice.floor());
    }
}
