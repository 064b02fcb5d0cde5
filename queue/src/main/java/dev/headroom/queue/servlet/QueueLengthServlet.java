package dev.headroom.queue.servlet;

import dev.headroom.config.ConfigurationException;
import dev.headroom.queue.JobFilter;
import dev.headroom.queue.JobQueue;
import dev.headroom.queue.JobState;
import dev.headroom.queue.QueueException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import java.util.Set;

/**
 * {@code GET /queue/length}: how many jobs wait, as a plain number; made for scripts that add and take away workers.
 *
 * <p>Counts what the queue's builder said, unless the request says otherwise: {@code ?queue=images} asks for some queues, {@code
 * ?states=ready,running} for some states of {@code ready}, {@code scheduled}, {@code blocked}, {@code running} and {@code dead}, {@code ?priorities=1-9} for
 * some priorities; several are separated by commas. At most a second old. 400 for an unknown queue, state, priority or parameter, 503 while
 * the database can't be asked.
 */
public final class QueueLengthServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;
    /** What may be asked, and the parameter of live debugging. */
    private static final Set<String> PARAMETERS = Set.of("queue", "states", "priorities", "debugout");

    private final transient JobQueue queue;
    private final transient JobFilter standard;

    /** A servlet that counts the waiting jobs of this queue. */
    public QueueLengthServlet(JobQueue queue) {
        this(queue, JobFilter.waiting());
    }

    /** A servlet that counts these jobs of this queue. */
    public QueueLengthServlet(JobQueue queue, JobFilter standard) {
        this.queue = queue;
        this.standard = standard;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/plain;charset=UTF-8");
        response.setHeader("Cache-Control", "no-store");
        try {
            response.getWriter().print(queue.count(asked(request)));
        } catch (IllegalArgumentException | ConfigurationException wrong) {
            response.setStatus(HttpServletResponse.SC_BAD_REQUEST);
            response.getWriter().print("queue, states or priorities: unknown");
        } catch (QueueException away) {
            response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
            response.getWriter().print("database: not available");
        }
    }

    private JobFilter asked(HttpServletRequest request) {
        if (!PARAMETERS.containsAll(request.getParameterMap().keySet())) {
            throw new IllegalArgumentException("parameters (expected: queue, states or priorities)");
        }
        JobFilter asked = standard;
        String queues = request.getParameter("queue");
        if (queues != null) {
            asked = asked.queues(queues.split(","));
        }
        String states = request.getParameter("states");
        if (states != null) {
            String[] names = states.toUpperCase(Locale.ROOT).split(",", -1);
            JobState[] parsed = new JobState[names.length];
            for (int i = 0; i < names.length; i++) {
                parsed[i] = JobState.valueOf(names[i]);
            }
            asked = asked.states(parsed[0], parsed);
        }
        String priorities = request.getParameter("priorities");
        if (priorities != null) {
            if (!priorities.matches("[0-9](-[0-9])?")) {
                throw new IllegalArgumentException("priorities: " + priorities + " (expected: 0-9)");
            }
            asked = asked.priorities(priorities.charAt(0) - '0', priorities.charAt(priorities.length() - 1) - '0');
        }
        return asked;
    }
}
