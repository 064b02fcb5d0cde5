package dev.headroom.servlet;

import dev.headroom.health.CheckResult;
import dev.headroom.health.Health;
import dev.headroom.health.HealthReport;
import dev.headroom.internal.Json;
import dev.headroom.internal.WebRuntime;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tells a load balancer how the application is.
 *
 * <p>{@code /live} answers 200 until the application is closed. {@code /ready} answers 200 while all that is required is well, else 503:
 * {@code failed}, {@code draining} or {@code closed}, with every check's name, state, milliseconds and message; as JSON, or as text for
 * {@code Accept: text/plain}. The bare path answers as {@code /ready} in the shortest form: exactly {@code OK}, or the names of what
 * fails. Bodies show what failing dependencies say, so keep the path from the outside world.
 */
public final class HealthServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    private transient @Nullable WebRuntime web;

    /** A servlet that finds its application in the servlet context. */
    public HealthServlet() {}

    @Override
    public void init() throws ServletException {
        web = Roots.web(getServletContext());
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Health health = Objects.requireNonNull(web, "init() was not called").health();
        response.setHeader("Cache-Control", "no-store");
        String path = request.getPathInfo();
        switch (path == null ? "/" : path) {
            case "/live" -> answer(response, health.live(), "text/plain", health.live() ? "OK" : "CLOSED");
            case "/ready" -> ready(request, response, health.report());
            case "/" -> {
                HealthReport report = health.report();
                answer(response, report.ready(), "text/plain", shortest(report));
            }
            default -> response.sendError(HttpServletResponse.SC_NOT_FOUND);
        }
    }

    private static void ready(HttpServletRequest request, HttpServletResponse response, HealthReport report)
            throws IOException {
        String accept = request.getHeader("Accept");
        if (accept != null && accept.strip().startsWith("text/plain")) {
            answer(response, report.ready(), "text/plain", text(report));
        } else {
            answer(response, report.ready(), "application/json", json(report));
        }
    }

    private static void answer(HttpServletResponse response, boolean good, String type, String body)
            throws IOException {
        response.setStatus(good ? HttpServletResponse.SC_OK : HttpServletResponse.SC_SERVICE_UNAVAILABLE);
        response.setContentType(type);
        response.setCharacterEncoding("UTF-8");
        response.getWriter().write(body);
    }

    private static String shortest(HealthReport report) {
        return switch (report.state()) {
            case READY -> "OK";
            case FAILED ->
                report.blocking().stream().map(CheckResult::name).collect(Collectors.joining(", ", "FAILED: ", ""));
            case DRAINING, CLOSED -> report.state().name();
        };
    }

    private static String text(HealthReport report) {
        StringBuilder out = new StringBuilder(state(report)).append('\n');
        for (CheckResult check : report.checks()) {
            out.append(check.name())
                    .append(check.healthy() ? " ok " : check.required() ? " failed " : " failed (optional) ")
                    .append(check.took().toMillis())
                    .append(" ms ")
                    .append(check.message())
                    .append('\n');
        }
        return out.toString();
    }

    private static String json(HealthReport report) {
        List<Map<String, Object>> checks = new ArrayList<>();
        for (CheckResult check : report.checks()) {
            Map<String, Object> shown = new LinkedHashMap<>();
            shown.put("name", check.name());
            shown.put("state", check.healthy() ? "ok" : "failed");
            shown.put("required", check.required());
            shown.put("millis", check.took().toMillis());
            if (!check.message().isEmpty()) {
                shown.put("message", check.message());
            }
            checks.add(shown);
        }
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("state", state(report));
        all.put("checks", checks);
        return Json.write(all);
    }

    private static String state(HealthReport report) {
        return report.ready() ? "ok" : report.state().name().toLowerCase(Locale.ROOT);
    }
}
