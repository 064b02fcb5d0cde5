package dev.headroom.queue;

import static java.time.temporal.ChronoUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.headroom.Headroom;
import dev.headroom.config.ConfigurationException;
import dev.headroom.console.ConsolePanel;
import dev.headroom.console.PanelView;
import dev.headroom.queue.Recorder.Note;
import dev.headroom.queue.scale.ScaleAdvice;
import dev.headroom.queue.scale.ScalePolicy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.Test;

/** What operators see and may do: the console panel and the endpoint for scripts. */
@OnEveryBackend
class OperatingTest extends JobQueueContract {
    private final Recorder recorder = new Recorder();

    @Test
    void thePanelShowsQueuesAndDeadLettersAndActsOnThem() {
        JobQueue queue = built(builder().handlers(recorder));
        CapturedContributions given = new CapturedContributions();
        queue.contribute(given);
        ConsolePanel panel = given.panels.get(0);
        await("in a process that does not work, too")
                .untilAsserted(() -> assertThat(panel.view().figures())
                        .extracting(PanelView.Figure::value)
                        .doesNotContain("not known now"));
        queue.start();
        queue.enqueue(Recorder::blocked, new Note(2, ""));
        await().untilAsserted(() -> assertThat(panel.view().tables())
                .filteredOn(table -> table.title().startsWith("Running"))
                .singleElement()
                .satisfies(table -> assertThat(table.rows().get(0)).contains("blocked")));
        recorder.release.countDown();
        awaitNoJobs();
        JobHandle job = queue.enqueue(Recorder::refused, new Note(1, ""));
        await().untilAsserted(() -> assertThat(job.state()).contains(JobState.DEAD));
        await().untilAsserted(() -> assertThat(ofDeadLetters(panel)).hasSize(2));
        await().untilAsserted(() -> assertThat(panel.view().tables()).hasSize(3));
        PanelView view = panel.view();
        assertThat(view.tables())
                .extracting(PanelView.Table::title)
                .containsExactly("Queues", "Newest dead letters", "Failure of " + job.id() + ", refused");
        assertThat(view.tables().get(2).rows())
                .as("the stack trace, line by line")
                .anySatisfy(row -> assertThat(row.get(0)).startsWith("at dev.headroom.queue.Recorder.refused("));
        assertThat(view.tables().get(1).rows().get(0))
                .contains("refused", "gave up", Long.toString(job.id()))
                .anySatisfy(cell -> assertThat(cell).endsWith("Refusal: never again"));
        Map<String, String> id = Map.of("id", Long.toString(job.id()));
        assertThat(ofDeadLetters(panel))
                .extracting(PanelView.Action::parameters)
                .containsOnly(id);
        assertThat(panel.act("requeue", id)).contains("Job " + job.id() + " was requeued.");
        await().untilAsserted(() -> assertThat(job.state()).contains(JobState.DEAD));
        assertThat(panel.act("delete", id)).contains("Job " + job.id() + " was deleted.");
        await().untilAsserted(() -> assertThat(ofDeadLetters(panel)).isEmpty());
        assertThat(panel.act("delete", id)).contains("There is no dead letter " + job.id() + " any more.");
        assertThatThrownBy(() -> panel.act("explode", id)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> panel.act("delete", Map.of("id", "1 or 1=1")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static List<PanelView.Action> ofDeadLetters(ConsolePanel panel) {
        return panel.view().actions().stream()
                .filter(action -> action.parameters().containsKey("id"))
                .toList();
    }

    private static List<String> buttons(ConsolePanel panel) {
        return panel.view().actions().stream().map(PanelView.Action::label).toList();
    }

    @Test
    void thePanelPausesQueuesAndShowsWhichAre() {
        JobQueue queue = built(builder().handlers(recorder));
        CapturedContributions given = new CapturedContributions();
        queue.contribute(given);
        ConsolePanel panel = given.panels.get(0);
        await().untilAsserted(() ->
                assertThat(buttons(panel)).containsExactly("Pause blocked", "Pause default", "Pause tracked"));
        Map<String, String> named = Map.of("queue", "default");
        assertThat(panel.act("pause", named)).contains("Queue default is paused.");
        assertThat(panel.act("pause", named)).contains("Queue default was already paused.");
        assertThat(queue.paused()).containsOnlyKeys("default");
        await().untilAsserted(() ->
                assertThat(buttons(panel)).containsExactly("Pause blocked", "Resume default", "Pause tracked"));
        assertThat(panel.view().tables().get(0).rows())
                .anySatisfy(row -> assertThat(row)
                        .startsWith(
                                "default",
                                "paused since " + queue.paused().get("default").truncatedTo(SECONDS)));
        assertThat(panel.act("resume", named)).contains("Queue default is resumed.");
        assertThat(panel.act("resume", named)).contains("Queue default was already at work.");
        assertThat(queue.paused()).isEmpty();
        assertThatThrownBy(() -> panel.act("pause", Map.of("queue", "<x>")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> panel.act("pause", Map.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theAdviceGoesByTheServersAtWorkAndByTheJobsThatCount() {
        JobQueue queue = started(builder()
                .handlers(recorder)
                .queue("default", settings -> settings.workers(3))
                .queue("blocked", settings -> settings.workers(1))
                .queue("tracked", settings -> settings.workers(0))
                .lengthCounts(JobFilter.waiting().priorities(0, 4))
                .scale(ScalePolicy.builder()
                        .launchAbove(2)
                        .terminateBelow(1)
                        .freePerBusy(0)
                        .build()));
        for (int i = 0; i < 8; i++) {
            queue.priority(i < 4 ? 3 : 9).enqueue(Recorder::blocked, new Note(i, ""));
        }
        await().untilAsserted(() -> {
            ScaleAdvice advice = queue.scale(List.of());
            assertThat(advice.load().nodes())
                    .singleElement()
                    .satisfies(node -> assertThat(node.workers()).isEqualTo(4));
            assertThat(advice.load().busy()).isPositive();
            assertThat(queue.count(JobFilter.waiting().priorities(0, 4))).isEqualTo(3);
            assertThat(queue.count(JobFilter.waiting().queues("blocked"))).isEqualTo(7);
            assertThat(queue.count(JobFilter.waiting().states(JobState.RUNNING)))
                    .isOne();
        });
        recorder.release.countDown();
        awaitNoJobs();
    }

    @Test
    void aQueueThatIsMisspeltIsNotCountedAsAnEmptyOne() {
        built(builder().handlers(recorder));
        JobQueueBuilder builder = builder().lengthCounts(JobFilter.waiting().queues("default", "bloked", "imges"));
        assertThatThrownBy(builder::build)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(
                        "lengthCounts: bloked (expected: one of [blocked, default, tracked], or one that queue(…) has")
                .hasMessageContaining("lengthCounts: imges (expected: one of ");
        JobQueue counting = built(builder.queue("bloked", settings -> settings.workers(0))
                .lengthCounts(JobFilter.waiting().queues("default", "bloked")));
        assertThat(counting.count(JobFilter.waiting().queues("bloked"))).isZero();
    }

    @Test
    void theEndpointAnswersAPlainNumber() throws Exception {
        JobQueue queue = built(builder().handlers(recorder).workers(0));
        queue.enqueue(Recorder::note, new Note(1, ""));
        queue.enqueue(Recorder::blocked, new Note(2, ""));
        queue.enqueue(Recorder::blocked, new Note(3, ""));
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(Files.createTempDirectory(Files.createDirectories(Path.of("target")), "tomcat-")
                .toString());
        tomcat.setPort(0);
        tomcat.getConnector();
        try (Headroom headroom = Headroom.builder("test").plug(queue).build()) {
            tomcat.addContext("", null)
                    .addServletContainerInitializer((classes, context) -> headroom.register(context), null);
            tomcat.start();
            assertThat(get(tomcat, "/queue/length")).isEqualTo("200 3");
            assertThat(get(tomcat, "/queue/length?queue=blocked")).isEqualTo("200 2");
            assertThat(get(tomcat, "/queue/length?queue=blocked&states=running,dead"))
                    .isEqualTo("200 0");
            assertThat(get(tomcat, "/queue/length?queue=blocked,blocked")).isEqualTo("200 2");
            assertThat(get(tomcat, "/queue/length?queue=blocked,default&priorities=4"))
                    .isEqualTo("200 3");
            assertThat(get(tomcat, "/queue/length?priorities=5-9&states=ready")).isEqualTo("200 0");
            assertThat(get(tomcat, "/queue/scale"))
                    .startsWith("200 {\"action\":\"launch\",\"servers\":1,\"node\":\"\",\"reason\":\"0 servers are");
            assertThat(get(tomcat, "/queue/scale?launched=30"))
                    .contains("\"action\":\"hold\"")
                    .contains("\"length\":3.0,")
                    .contains("\"floor\":1");
            refusalsSayWhatIsWrong(tomcat);
        } finally {
            tomcat.stop();
            tomcat.destroy();
        }
    }

    private static void refusalsSayWhatIsWrong(Tomcat tomcat) throws Exception {
        assertThat(get(tomcat, "/queue/scale?launched=x"))
                .isEqualTo("400 launched: x (expected: seconds, separated by commas, such as 30,400)");
        assertThat(get(tomcat, "/queue/scale?launch=30"))
                .as("misspelt, which would answer as if nothing had been launched")
                .isEqualTo("400 launch: 30 (expected: no parameters but launched)");
        assertThat(get(tomcat, "/queue/scale?launched=30&launched=40"))
                .isEqualTo("400 launched: 30 and 40 (expected: one, its values separated by commas)");
        assertThat(get(tomcat, "/queue/length?state=dead"))
                .isEqualTo("400 state: dead (expected: no parameters but queue, states, priorities)");
        assertThat(get(tomcat, "/queue/length?states=ready,x"))
                .isEqualTo("400 states: x (expected: one of [blocked, dead, ready, running, scheduled])");
        assertThat(get(tomcat, "/queue/length?queue=%3Cx%3E%0D"))
                .isEqualTo("400 queue: <x>? (expected: names of queues, separated by commas)");
        assertThat(get(tomcat, "/queue/length?queue=default,imags"))
                .isEqualTo("400 queue: imags (expected: one of [blocked, default, tracked])");
        assertThat(get(tomcat, "/queue/length?priorities=4-3"))
                .isEqualTo("400 priorities: 4-3 (expected: one of 0 to 9, or two of them in order, such as 0-6)");
    }

    @Test
    void theEndpointsAreThereForThoseAloneWhoSendTheToken() throws Exception {
        JobQueue queue = built(builder().workers(0).endpointToken("not for everybody"));
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(Files.createTempDirectory(Files.createDirectories(Path.of("target")), "tomcat-")
                .toString());
        tomcat.setPort(0);
        tomcat.getConnector();
        try (Headroom headroom = Headroom.builder("test").plug(queue).build()) {
            tomcat.addContext("", null)
                    .addServletContainerInitializer((classes, context) -> headroom.register(context), null);
            tomcat.start();
            for (String path : List.of("/queue/length", "/queue/scale")) {
                assertThat(get(tomcat, path)).startsWith("404 ");
                assertThat(get(tomcat, path, "Bearer not for everybode")).startsWith("404 ");
                assertThat(get(tomcat, path, "Bearer not for everybody")).startsWith("200 ");
            }
        } finally {
            tomcat.stop();
            tomcat.destroy();
        }
        assertThatThrownBy(() -> builder().endpointToken("short"))
                .hasMessage("endpointToken: (kept secret) (expected: at least 16 characters)");
    }

    private static String get(Tomcat tomcat, String path, String... authorization) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + tomcat.getConnector().getLocalPort() + path);
        HttpRequest.Builder request = HttpRequest.newBuilder(uri);
        for (String each : authorization) {
            request.header("Authorization", each);
        }
        HttpResponse<String> response =
                HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
        return response.statusCode() + " " + response.body();
    }
}
