package dev.headroom.console;

import dev.headroom.Headroom;
import dev.headroom.RequestContext;
import dev.headroom.internal.Json;
import dev.headroom.internal.WebRuntime;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The console: one page that shows every component's panel live, and lets administrators use their actions.
 *
 * <p>Answers 404 to everybody whom {@link ConsoleAccess} gives nothing. An action is a POST with a CSRF token, for
 * {@link ConsoleAccess.Level#ADMIN} only, and is logged with its user. The page loads nothing from other hosts and says so in its
 * {@code Content-Security-Policy}.
 */
public final class ConsoleServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final String PARAMETER = "p.";
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
            + "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    private static final Logger log = LoggerFactory.getLogger(ConsoleServlet.class);

    private final transient Csrf csrf = new Csrf();
    private transient @Nullable WebRuntime web;
    private transient @Nullable PanelData data;
    private final transient Map<String, ConsolePanel> panels = new LinkedHashMap<>();

    /** A servlet that finds its application in the servlet context. */
    public ConsoleServlet() {}

    @Override
    public void init() throws ServletException {
        WebRuntime runtime;
        try {
            runtime = Headroom.of(getServletContext()).web();
        } catch (IllegalStateException absent) {
            throw new ServletException(absent.getMessage(), absent);
        }
        List<ConsolePanel> all = new ArrayList<>();
        all.add(new HealthPanel(runtime.health()));
        all.add(new LoadPanel(runtime.load(), runtime.inFlight()));
        all.addAll(runtime.panels());
        all.forEach(panel -> panels.put(panel.id(), panel));
        data = new PanelData(all);
        web = runtime;
    }

    /** Answers by itself, since {@code HttpServlet} would answer OPTIONS and what it does not know to everybody. */
    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        ConsoleAccess.Level level = level(request);
        if (level == ConsoleAccess.Level.NONE) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
            return;
        }
        switch (request.getMethod()) {
            case "GET", "HEAD" -> show(request, response, level);
            case "POST" -> post(request, response, level);
            default -> {
                response.setHeader("Allow", "GET, HEAD, POST");
                response.sendError(HttpServletResponse.SC_METHOD_NOT_ALLOWED);
            }
        }
    }

    private void show(HttpServletRequest request, HttpServletResponse response, ConsoleAccess.Level level)
            throws IOException {
        String path = request.getPathInfo();
        switch (path == null ? "/" : path) {
            case "/" -> page(request, response);
            case "/data" -> data(request, response, level);
            case "/console.js" -> asset(response, "console.js", "text/javascript");
            case "/console.css" -> asset(response, "console.css", "text/css");
            default -> response.sendError(HttpServletResponse.SC_NOT_FOUND);
        }
    }

    private void post(HttpServletRequest request, HttpServletResponse response, ConsoleAccess.Level level)
            throws IOException {
        if (!"/action".equals(request.getPathInfo())) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
        } else if (level != ConsoleAccess.Level.ADMIN) {
            say(response, HttpServletResponse.SC_FORBIDDEN, "Only an administrator may do this.");
        } else if (!csrf.passes(request)) {
            say(
                    response,
                    HttpServletResponse.SC_FORBIDDEN,
                    "This did not come from the console's page. Reload it and try again.");
        } else {
            act(request, response);
        }
    }

    private void act(HttpServletRequest request, HttpServletResponse response) throws IOException {
        request.setCharacterEncoding("UTF-8");
        ConsolePanel panel = panels.get(String.valueOf(request.getParameter("panel")));
        String action = request.getParameter("action");
        if (panel == null || action == null) {
            say(response, HttpServletResponse.SC_BAD_REQUEST, "There is no such panel or action.");
            return;
        }
        Map<String, String> parameters = new HashMap<>();
        request.getParameterMap().forEach((name, values) -> {
            if (name.startsWith(PARAMETER) && values.length > 0) {
                parameters.put(name.substring(PARAMETER.length()), values[0]);
            }
        });
        String user = RequestContext.current().user().orElse("an administrator");
        try {
            String done = panel.act(action, parameters).orElse("Done.");
            log.info("console: {} did {} on panel {}", user, oneLine(action), panel.id());
            Objects.requireNonNull(data).changed();
            say(response, HttpServletResponse.SC_OK, done);
        } catch (IllegalArgumentException wrong) {
            say(response, HttpServletResponse.SC_BAD_REQUEST, String.valueOf(wrong.getMessage()));
        } catch (RuntimeException failure) {
            log.warn("console: {} of {} on panel {} failed", oneLine(action), user, panel.id(), failure);
            say(response, HttpServletResponse.SC_INTERNAL_SERVER_ERROR, "It failed: " + failure.getMessage());
        }
    }

    private ConsoleAccess.Level level(HttpServletRequest request) {
        try {
            return web().options().console().decide(request);
        } catch (RuntimeException e) {
            log.warn("console: refused, since the authoriser failed", e);
            return ConsoleAccess.Level.NONE;
        }
    }

    private WebRuntime web() {
        return Objects.requireNonNull(web, "init() was not called");
    }

    private void page(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String base = request.getContextPath() + request.getServletPath();
        String html = new String(resource("console.html"), StandardCharsets.UTF_8)
                .replace("${base}", attribute(base))
                .replace("${application}", attribute(web().application()));
        response.setHeader("Referrer-Policy", "no-referrer");
        send(response, "text/html", html.getBytes(StandardCharsets.UTF_8));
    }

    private void data(HttpServletRequest request, HttpServletResponse response, ConsoleAccess.Level level)
            throws IOException {
        boolean admin = level == ConsoleAccess.Level.ADMIN;
        String token = admin ? csrf.token(request, response) : "";
        StringBuilder out = new StringBuilder("{\"application\":");
        Json.write(web().application(), out);
        out.append(",\"admin\":").append(admin).append(",\"token\":");
        Json.write(token, out);
        out.append(",\"panels\":").append(Objects.requireNonNull(data).json()).append('}');
        send(response, "application/json", out.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static void asset(HttpServletResponse response, String name, String type) throws IOException {
        send(response, type, resource(name));
    }

    private static void say(HttpServletResponse response, int status, String message) throws IOException {
        response.setStatus(status);
        send(
                response,
                "application/json",
                Json.write(Map.of("message", message)).getBytes(StandardCharsets.UTF_8));
    }

    private static void send(HttpServletResponse response, String type, byte[] body) throws IOException {
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("Content-Security-Policy", POLICY);
        response.setContentType(type);
        response.setCharacterEncoding("UTF-8");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = ConsoleServlet.class.getResourceAsStream(name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        }
    }

    private static String attribute(String text) {
        return text.replace("&", "&amp;")
                .replace("\"", "&quot;")
                .replace("<", "&lt;")
                .replace(">", "&gt;");
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }
}
