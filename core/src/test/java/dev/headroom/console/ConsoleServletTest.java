package dev.headroom.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headroom.Headroom;
import dev.headroom.health.HealthCheck;
import dev.headroom.load.LoadSignal;
import dev.headroom.servlet.EmbeddedServer;
import dev.headroom.servlet.WebOptions;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConsoleServletTest {
    private static final String[] METHODS = {"HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND"};
    private static final String BODY = "panel=tasks&action=pause&p.queue=mail+out";

    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<String> acted = new ArrayList<>();

    private final class Tasks implements ConsolePanel {
        @Override
        public String id() {
            return "tasks";
        }

        @Override
        public String title() {
            return "<Tasks & more>";
        }

        @Override
        public PanelView view() {
            return PanelView.builder()
                    .figure("ready", 7, PanelView.Level.WARN)
                    .series("age", "s", Double.NaN)
                    .table("Queues", List.of("queue"), List.of(List.of("</script><img src=x>")))
                    .action("pause", "Pause mail", Map.of("queue", "mail out"))
                    .build();
        }

        @Override
        public Optional<String> act(String action, Map<String, String> parameters) {
            if (!action.equals("pause")) {
                return ConsolePanel.super.act(action, parameters);
            }
            acted.add(action + parameters);
            return Optional.of("Paused " + parameters.get("queue"));
        }
    }

    private static final class Broken implements ConsolePanel {
        @Override
        public String id() {
            return "broken";
        }

        @Override
        public String title() {
            return "Broken";
        }

        @Override
        public PanelView view() {
            throw new IllegalStateException("on purpose");
        }
    }

    private EmbeddedServer start(ConsoleAccess access) throws Exception {
        Headroom headroom = Headroom.builder("test & co".replaceAll("\\W+", "-"))
                .healthCheck(HealthCheck.required("database", () -> {}))
                .contribute(to -> to.consolePanel(new Tasks())
                        .consolePanel(new Broken())
                        .loadSignal(LoadSignal.of("cpu", () -> 0.9)))
                .web(WebOptions.builder()
                        .console(access)
                        .consolePath("/ops/console")
                        .build())
                .build();
        headroom.health().report();
        EmbeddedServer server = EmbeddedServer.Kind.TOMCAT.start(headroom::register);
        open.add(headroom);
        open.add(server);
        return server;
    }

    @AfterEach
    void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    private static ConsoleAccess byHeader() {
        return request -> ConsoleAccess.Level.valueOf(request.getHeader("X-Level"));
    }

    private static HttpResponse<String> post(EmbeddedServer server, String... headers) {
        List<String> all = new ArrayList<>(List.of("Content-Type", "application/x-www-form-urlencoded"));
        all.addAll(List.of(headers));
        HttpRequest request = server.request("/ops/console/action", all.toArray(String[]::new))
                .POST(HttpRequest.BodyPublishers.ofString(BODY))
                .build();
        return server.send(request);
    }

    @Test
    void isNotThereUntilAnAuthoriserIsSet() throws Exception {
        EmbeddedServer server = start(ConsoleAccess.closed());

        for (String path : new String[] {"", "/", "/data", "/console.js", "/debug/x"}) {
            assertThat(server.get("/ops/console" + path).statusCode()).as(path).isEqualTo(404);
        }
        assertThat(post(server).statusCode()).isEqualTo(404);
        for (String method : METHODS) {
            assertThat(send(server, method).statusCode()).as(method).isEqualTo(404);
        }
    }

    @Test
    void saysWhichMethodsThereAreToThoseWhoMayLook() throws Exception {
        EmbeddedServer server = start(ConsoleAccess.readOnly());

        assertThat(send(server, "HEAD").statusCode()).isEqualTo(200);
        assertThat(send(server, "HEAD").body()).isEmpty();
        HttpResponse<String> put = send(server, "PUT");
        assertThat(put.statusCode()).isEqualTo(405);
        assertThat(put.headers().firstValue("Allow")).contains("GET, HEAD, POST");
    }

    private static HttpResponse<String> send(EmbeddedServer server, String method) {
        return server.send(server.request("/ops/console/")
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build());
    }

    @Test
    void anAuthoriserThatFailsOpensNothing() throws Exception {
        EmbeddedServer server = start(byHeader());

        assertThat(server.get("/ops/console").statusCode()).isEqualTo(404);
        assertThat(server.get("/ops/console", "X-Level", "READ").statusCode()).isEqualTo(200);
    }

    @Test
    void servesAPageThatLoadsNothingFromElsewhere() throws Exception {
        EmbeddedServer server = start(ConsoleAccess.readOnly());

        HttpResponse<String> page = server.get("/ops/console");
        String script = server.get("/ops/console/console.js").body();

        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .startsWith("default-src 'none'");
        assertThat(page.body())
                .contains("<title>test-co – console</title>", "/ops/console/console.css")
                .doesNotContain("//", "${", "<style", "onclick");
        assertThat(script).doesNotContain("innerHTML", "insertAdjacentHTML", "document.write", "eval(");
        assertThat(server.get("/ops/console/console.css")
                        .headers()
                        .firstValue("Content-Type")
                        .orElseThrow())
                .startsWith("text/css");
        assertThat(server.get("/ops/console/console.html").statusCode()).isEqualTo(404);
    }

    @Test
    void showsEveryPanelsData() throws Exception {
        EmbeddedServer server = start(ConsoleAccess.readOnly());

        HttpResponse<String> response = server.get("/ops/console/data");
        JsonNode data = new ObjectMapper().readTree(response.body());

        assertThat(response.body()).doesNotContain("<");
        assertThat(response.headers().firstValue("Set-Cookie")).isEmpty();
        assertThat(data.get("admin").asBoolean()).isFalse();
        assertThat(data.get("token").asText()).isEmpty();
        assertThat(data.get("panels").findValuesAsText("id")).containsExactly("health", "load", "tasks", "broken");
        JsonNode health = data.get("panels").get(0);
        assertThat(health.get("tables").get(0).get("rows").get(0).get(0).asText())
                .isEqualTo("database");
        JsonNode load = data.get("panels").get(1);
        assertThat(load.get("series").findValuesAsText("label")).contains("cpu");
        assertThat(load.get("tables").get(0).get("rows").get(3).get(0).asText()).isEqualTo("SHEDDABLE");
        assertThat(load.get("tables").get(0).get("rows").get(3).get(2).asText()).isEqualTo("cpu");
        JsonNode tasks = data.get("panels").get(2);
        assertThat(tasks.get("title").asText()).isEqualTo("<Tasks & more>");
        assertThat(tasks.get("series").get(0).get("value").isNull()).isTrue();
        assertThat(tasks.get("tables").get(0).get("rows").get(0).get(0).asText())
                .isEqualTo("</script><img src=x>");
        assertThat(data.get("panels").get(3).get("failure").asText()).contains("IllegalStateException");
    }

    @Test
    void actsOnlyForAnAdministratorWithTheTokenFromItsOwnOrigin() throws Exception {
        EmbeddedServer server = start(byHeader());
        String origin = "http://localhost:" + server.port();
        HttpResponse<String> data = server.get("/ops/console/data", "X-Level", "ADMIN");
        String token = new ObjectMapper().readTree(data.body()).get("token").asText();
        String set = data.headers().firstValue("Set-Cookie").orElseThrow();
        String cookie = set.substring(0, set.indexOf(';'));
        String[] good = {"X-Level", "ADMIN", "Origin", origin, "Cookie", cookie, "X-Headroom-Csrf", token};

        assertThat(set).contains("HttpOnly", "SameSite=Strict", "Path=/ops/console");
        assertThat(post(server, with(good, "X-Level", "READ")).statusCode()).isEqualTo(403);
        assertThat(post(server, with(good, "Origin", "http://evil.example")).statusCode())
                .isEqualTo(403);
        assertThat(post(server, with(good, "Origin", "null")).statusCode()).isEqualTo(403);
        assertThat(post(server, with(good, "X-Headroom-Csrf", "x".repeat(32))).statusCode())
                .isEqualTo(403);
        assertThat(post(server, with(good, "Cookie", "a=b")).statusCode()).isEqualTo(403);
        assertThat(post(server, "X-Level", "ADMIN", "Cookie", cookie, "X-Headroom-Csrf", token)
                        .statusCode())
                .as("no origin at all")
                .isEqualTo(403);
        assertThat(post(server, "X-Level", "ADMIN", "Origin", origin).statusCode())
                .isEqualTo(403);
        assertThat(server.get("/ops/console/action?" + BODY, good).statusCode()).isEqualTo(404);
        assertThat(acted).isEmpty();

        HttpResponse<String> done = post(server, good);

        assertThat(done.statusCode()).isEqualTo(200);
        assertThat(done.body()).isEqualTo("{\"message\":\"Paused mail out\"}");
        assertThat(acted).containsExactly("pause{queue=mail out}");
    }

    private static String[] with(String[] headers, String name, String value) {
        String[] changed = headers.clone();
        for (int i = 0; i < changed.length; i += 2) {
            if (changed[i].equals(name)) {
                changed[i + 1] = value;
            }
        }
        return changed;
    }
}
