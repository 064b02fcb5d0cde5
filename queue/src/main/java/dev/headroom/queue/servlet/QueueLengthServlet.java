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
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code GET /queue/length}: how many jobs wait, as a plain number; made for scripts that add and take away workers.
 *
 * <p>Counts what the queue's builder said, unless the request says otherwise: {@code ?queue=images} asks for some queues, {@code
 * ?states=ready,running} for some states of {@code ready}, {@code scheduled}, {@code blocked}, {@code running} and {@code dead}, {@code ?priorities=1-9} for
 * some priorities; several are separated by commas. As old as {@link JobQueue#length()}: a second, and up to ten where counting takes long.
 * 400 for an unknown queue, state, priority or parameter, which names it, its value and what is expected; 503 while the database can't be asked.
 */
public final class QueueLengthServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final String QUEUE = "queue";
    private static final String STATES = "states";
    private static final String PRIORITIES = "priorities";
    private static final List<String> PARAMETERS = List.of(QUEUE, STATES, PRIORITIES);

    private static final Map<String, JobState> ALL_STATES = new TreeMap<>();

    static {
        for (JobState each : JobState.values()) {
            ALL_STATES.put(each.name().toLowerCase(Locale.ROOT), each);
        }
    }

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
            AskedParameters parameters = new AskedParameters(request, PARAMETERS);
            response.getWriter().print(count(parameters));
        } catch (AskedParameters.Refused refused) {
            refused.answer(response);
        } catch (QueueException away) {
            response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
            response.getWriter().print("database: not available");
        }
    }

    private long count(AskedParameters parameters) throws AskedParameters.Refused {
        JobFilter asked = priorities(parameters, states(parameters, standard));
        String queues = parameters.get(QUEUE);
        try {
            return queue.count(queues == null ? asked : asked.queues(queues.split(",", -1)));
        } catch (ConfigurationException noName) {
            throw new AskedParameters.Refused(QUEUE, String.valueOf(queues), "names of queues, separated by commas");
        } catch (IllegalArgumentException unknown) {
            throw new AskedParameters.Refused(unknown.getMessage());
        }
    }

    private static JobFilter states(AskedParameters parameters, JobFilter asked) throws AskedParameters.Refused {
        String given = parameters.get(STATES);
        if (given == null) {
            return asked;
        }
        EnumSet<JobState> states = EnumSet.noneOf(JobState.class);
        for (String each : given.split(",", -1)) {
            JobState state = ALL_STATES.get(each.toLowerCase(Locale.ROOT));
            if (state == null) {
                throw new AskedParameters.Refused(STATES, each, "one of " + ALL_STATES.keySet());
            }
            states.add(state);
        }
        return asked.states(states.iterator().next(), states.toArray(new JobState[0]));
    }

    private static JobFilter priorities(AskedParameters parameters, JobFilter asked) throws AskedParameters.Refused {
        String given = parameters.get(PRIORITIES);
        if (given == null) {
            return asked;
        }
        if (given.matches("[0-9](-[0-9])?")) {
            int first = given.charAt(0) - '0';
            int last = given.charAt(given.length() - 1) - '0';
            if (first <= last) {
                return asked.priorities(first, last);
            }
        }
        throw new AskedParameters.Refused(PRIORITIES, given, "one of 0 to 9, or two of them in order, such as 0-6");
    }
}
