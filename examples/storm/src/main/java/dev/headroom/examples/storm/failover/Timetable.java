package dev.headroom.examples.storm.failover;

import dev.headroom.examples.storm.output.Output;
import dev.headroom.examples.storm.output.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Second after second, with what happened in each. Its own thread turns the pages. */
final class Timetable implements AutoCloseable {
    private static final long SECOND_MILLIS = 1000;

    private final Table table = Table.of(
            "second",
            "orders>7",
            "p50 ms>8",
            "max ms>8",
            "failed",
            "pages>7",
            "p50 ms>8",
            "p99 ms>8",
            "max ms>8",
            "shed",
            "errors",
            "events<40");
    private final List<Second> seconds = new CopyOnWriteArrayList<>();
    private final List<String> events = new ArrayList<>();
    private final Output output;
    private final Thread thread = new Thread(this::turn, "headroom-storm-seconds");
    private volatile Second now = new Second(1);
    private volatile boolean over;

    Timetable(Output output) {
        this.output = output;
        seconds.add(now);
        output.say(table.header());
        output.say(table.rule());
        thread.setDaemon(true);
        thread.start();
    }

    Second now() {
        return now;
    }

    List<Second> seconds() {
        return seconds;
    }

    /** Something happens in this second. */
    void event(String what) {
        synchronized (events) {
            events.add(what);
        }
    }

    private void turn() {
        try {
            while (!over) {
                Thread.sleep(SECOND_MILLIS);
                Second last = now;
                now = new Second(last.number() + 1);
                seconds.add(now);
                output.say(row(last));
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private String row(Second second) {
        String happened;
        synchronized (events) {
            happened = String.join(", ", events);
            events.clear();
        }
        return table.row(
                second.number(),
                second.orders().count(),
                second.orders().latencies().millis(50),
                second.orders().latencies().longestMillis(),
                second.orders().errors().sum() + second.orders().shed(),
                second.pages().count(),
                second.pages().latencies().millis(50),
                second.pages().latencies().millis(99),
                second.pages().latencies().longestMillis(),
                second.pages().shed(),
                second.pages().errors().sum(),
                happened);
    }

    @Override
    public void close() throws InterruptedException {
        over = true;
        thread.join();
    }
}
