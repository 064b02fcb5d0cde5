package dev.headroom.queue.internal;

import dev.headroom.console.ConsolePanel;
import dev.headroom.console.PanelView;
import dev.headroom.console.PanelView.Level;
import dev.headroom.queue.DeadJob;
import dev.headroom.queue.DeadLetters;
import dev.headroom.queue.JobQueue;
import dev.headroom.queue.QueueLength;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** The queue's part of the console: what waits where, and the newest dead letters with what to do about them. */
final class QueuePanel implements ConsolePanel {
    private static final int TRACES = 3;
    private static final int LINES = 30;

    private final JobQueue jobs;
    private final Lengths lengths;
    private final Function<String, Integer> busy;
    private final IntFunction<String> queueName;

    QueuePanel(JobQueue jobs, Lengths lengths, Function<String, Integer> busy, IntFunction<String> queueName) {
        this.jobs = jobs;
        this.lengths = lengths;
        this.busy = busy;
        this.queueName = queueName;
    }

    @Override
    public String id() {
        return jobs.name();
    }

    @Override
    public String title() {
        return "Jobs";
    }

    @Override
    public PanelView view() {
        Lengths.Seen seen = lengths.soon();
        if (seen == null) {
            return PanelView.builder()
                    .figure("jobs", "not known now", Level.WARN)
                    .build();
        }
        QueueLength total = seen.total();
        PanelView.Builder view = PanelView.builder()
                .figure("ready", total.ready())
                .figure("scheduled", total.scheduled())
                .figure("blocked", total.blocked())
                .figure("running", total.running())
                .figure("dead", total.dead(), total.dead() == 0 ? Level.GOOD : Level.BAD)
                .series("ready", "jobs", total.ready())
                .series("oldest", "s", total.oldestAge().toMillis() / 1e3)
                .table(
                        "Queues",
                        List.of(
                                "queue",
                                "state",
                                "ready",
                                "scheduled",
                                "blocked",
                                "running",
                                "busy here",
                                "dead",
                                "oldest ready"),
                        rows(seen));
        if (!seen.longestRunning().isEmpty()) {
            view.table(
                    "Running, those due longest ago",
                    List.of("id", "job", "queue", "attempt", "on", "due"),
                    runningRows(seen));
        }
        if (!seen.newestDead().isEmpty()) {
            view.table(
                    "Newest dead letters",
                    List.of("id", "job", "queue", "attempts", "died", "reason", "failure"),
                    deadRows(seen));
        }
        seen.newestDead().stream()
                .limit(TRACES)
                .forEach(each -> view.table(
                        "Failure of " + each.id() + ", " + each.name(), List.of("stack trace"), trace(each.error())));
        for (String queue : seen.queues().keySet()) {
            Map<String, String> named = Map.of("queue", queue);
            if (seen.paused().containsKey(queue)) {
                view.action("resume", "Resume " + queue, named);
            } else {
                view.action("pause", "Pause " + queue, named);
            }
        }
        for (DeadJob each : seen.newestDead()) {
            Map<String, String> id = Map.of("id", Long.toString(each.id()));
            view.action("requeue", "Requeue " + each.id(), id).action("delete", "Delete " + each.id(), id);
        }
        return view.build();
    }

    private List<List<String>> rows(Lengths.Seen seen) {
        List<List<String>> rows = new ArrayList<>();
        seen.queues()
                .forEach((queue, length) -> rows.add(List.of(
                        queue,
                        state(seen.paused().get(queue)),
                        Long.toString(length.ready()),
                        Long.toString(length.scheduled()),
                        Long.toString(length.blocked()),
                        Long.toString(length.running()),
                        Integer.toString(busy.apply(queue)),
                        Long.toString(length.dead()),
                        length.oldestAge().toSeconds() + " s")));
        return rows;
    }

    private static String state(@Nullable Instant pausedAt) {
        return pausedAt == null ? "goes on" : "paused since " + pausedAt.truncatedTo(ChronoUnit.SECONDS);
    }

    private List<List<String>> runningRows(Lengths.Seen seen) {
        return seen.longestRunning().stream()
                .map(each -> List.of(
                        Long.toString(each.id()),
                        each.kind(),
                        queueName.apply(each.queue()),
                        Integer.toString(each.attempt()),
                        each.node(),
                        each.millis() / 1_000 + " s ago"))
                .toList();
    }

    private static List<List<String>> deadRows(Lengths.Seen seen) {
        return seen.newestDead().stream()
                .map(each -> List.of(
                        Long.toString(each.id()),
                        each.name(),
                        each.queue(),
                        Integer.toString(each.attempts()),
                        each.diedAt().toString(),
                        each.reason().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '),
                        each.error().lines().findFirst().orElse("")))
                .toList();
    }

    private static List<List<String>> trace(String error) {
        return error.lines().limit(LINES).map(line -> List.of(line.strip())).toList();
    }

    @Override
    public Optional<String> act(String action, Map<String, String> parameters) {
        return switch (action) {
            case "pause", "resume" -> turn(action.equals("pause"), parameters.get("queue"));
            case "requeue", "delete" -> settle(action, id(parameters.get("id")));
            default ->
                throw new IllegalArgumentException(
                        "action: " + action + " (expected: pause, resume, requeue or delete)");
        };
    }

    private Optional<String> turn(boolean pause, @Nullable String queue) {
        if (queue == null) {
            throw new IllegalArgumentException("queue: none (expected: the name of a queue)");
        }
        boolean changed = pause ? jobs.pause(queue) : jobs.resume(queue);
        String before = changed ? "Queue " + queue + " is " : "Queue " + queue + " was already ";
        return Optional.of(before + (pause ? "paused." : changed ? "resumed." : "at work."));
    }

    private Optional<String> settle(String action, long id) {
        DeadLetters dead = jobs.dead();
        boolean done = action.equals("requeue") ? dead.requeue(id) : dead.delete(id);
        lengths.changed();
        String what = action.equals("requeue") ? "requeued" : "deleted";
        return Optional.of(done ? "Job " + id + " was " + what + "." : "There is no dead letter " + id + " any more.");
    }

    private static long id(@Nullable String text) {
        if (text == null || !text.matches("\\d{1,18}")) {
            throw new IllegalArgumentException("id: " + text + " (expected: the number of a dead letter)");
        }
        return Long.parseLong(text);
    }
}
