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
 * is at work is to be left out. 400 for anything else there and for any other parameter, which names it, its value and what is expected; 503 while the
 * database can't be asked.
 */
public final class QueueScaleServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final String LAUNCHED = "launched";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final transient JobQueue queue;

    /** A servlet that advises on this queue. */
    public QueueScaleServlet(JobQueue queue) {
        this.queue = queue;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setHeader("Cache-Control", "no-store");
        ScaleAdvice advice;
        try {
            advice = queue.scale(durations(launched(request)));
        } catch (AskedParameters.Refused refused) {
            refused.answer(response);
            return;
        } catch (QueueException away) {
            response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
            response.setContentType("text/plain;charset=UTF-8");
            response.getWriter().print("database: not available");
            return;
        }
        response.setContentType("application/json;charset=UTF-8");
        response.getWriter().print(json(advice));
    }

    private static String launched(HttpServletRequest request) throws AskedParameters.Refused {
        String launched = new AskedParameters(request, List.of(LAUNCHED)).get(LAUNCHED);
        if (launched != null && !launched.matches("\\d{1,9}(,\\d{1,9}){0,999}")) {
            throw new AskedParameters.Refused(LAUNCHED, launched, "seconds, separated by commas, such as 30,400");
        }
        return launched == null ? "" : launched;
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
