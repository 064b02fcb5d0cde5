package dev.headroom.examples.storm.spike;

import dev.headroom.examples.storm.load.Answer;
import dev.headroom.examples.storm.load.Ask;
import dev.headroom.examples.storm.load.Swarm;
import dev.headroom.examples.storm.load.SwarmListener;
import dev.headroom.examples.storm.load.WebConnection;
import dev.headroom.examples.storm.output.Latencies;
import dev.headroom.examples.storm.output.Tally;
import dev.headroom.examples.storm.site.Site;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Visitors who come one after the other and stay. Each asks on a timetable that does not care how fast the site is: who
 * has no answer yet when the next request is due has it wait, and the wait counts. Not thread-safe.
 */
final class Crowd implements AutoCloseable, SwarmListener {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long STEP = TimeUnit.MILLISECONDS.toNanos(5);
    private static final int SERVICE_UNAVAILABLE = 503;

    private final Site site;
    private final Growth growth;
    private final Swarm swarm;
    private final PriorityQueue<Due> timetable = new PriorityQueue<>(Comparator.comparingLong(Due::at));
    private final Page front = new Page("/", "/");
    private final Page search = new Page("/search", "/search?q=storm");
    private final Tally broken = new Tally();
    private final Tally wrong = new Tally();
    private final Tally rude = new Tally();
    private final Latencies lateness = new Latencies();

    private Second second = new Second(1);
    private long asked;
    private boolean atTop;
    private long acceptedAtTop;
    private long unsent;

    /** A visitor's next request; times count from the beginning. */
    private record Due(long at, WebConnection visitor) {}

    Crowd(Site site, Growth growth) throws IOException {
        this.site = site;
        this.growth = growth;
        this.swarm = new Swarm(this, PATIENCE);
    }

    /** Lets them come, tells what happened in every second, and waits for the last answers. */
    void come(Consumer<Second> told) throws IOException {
        long start = System.nanoTime();
        long elapsed = 0;
        while (elapsed < growth.nanos()) {
            welcome(elapsed);
            atTop = elapsed >= growth.top();
            askWhatIsDue(start, elapsed);
            swarm.runUntil(start + elapsed + STEP);
            elapsed = System.nanoTime() - start;
            if (elapsed >= second.number() * SECOND) {
                endSecond(told);
            }
        }
        unsent = swarm.connections().stream()
                .mapToLong(WebConnection::forgetWaiting)
                .sum();
        swarm.finish();
        endSecond(told);
    }

    private void welcome(long elapsed) {
        List<URI> instances = site.instances();
        for (int here = swarm.connections().size(); here < growth.connectionsAt(elapsed); here++) {
            WebConnection visitor = swarm.open(instances.get(here % instances.size()));
            // the first ones come together and would else ask together for ever
            long first = elapsed + growth.pause() * (here % growth.from()) / growth.from();
            timetable.add(new Due(first, visitor));
        }
    }

    private void askWhatIsDue(long start, long elapsed) {
        for (Due due = timetable.peek(); due != null && due.at() <= elapsed; due = timetable.peek()) {
            timetable.remove();
            Page page = asked++ % 5 == 4 ? search : front;
            lateness.record(System.nanoTime() - start - due.at());
            due.visitor().ask(new Ask(page.path(), start + due.at()));
            second.offered(1);
            timetable.add(new Due(due.at() + growth.pause(), due.visitor()));
        }
    }

    private void endSecond(Consumer<Second> told) {
        int open = (int)
                swarm.connections().stream().filter(WebConnection::connected).count();
        second.open(open);
        told.accept(second);
        second = new Second(second.number() + 1);
    }

    @Override
    public void answered(Answer answer) {
        second.answer(answer);
        (answer.ask().path().equals(front.path()) ? front : search).answer(answer);
        if (answer.accepted()) {
            acceptedAtTop += atTop ? 1 : 0;
        } else if (answer.status() == SERVICE_UNAVAILABLE && !answer.shed()) {
            rude.add("503 without Retry-After");
        } else if (!answer.shed()) {
            wrong.add("status " + answer.status() + " for " + answer.ask().path());
        }
    }

    @Override
    public void failed(Ask ask, String reason) {
        second.error();
        broken.add(reason);
    }

    @Override
    public void notConnected(String reason) {
        second.error();
        broken.add(reason);
    }

    /** What was asked for. */
    List<Page> pages() {
        return List.of(front, search);
    }

    /** How many visitors got a connection. */
    long admitted() {
        return swarm.connections().stream().filter(WebConnection::everConnected).count();
    }

    /** How late storm itself began what was due: it may get too little of the machine. */
    Latencies lateness() {
        return lateness;
    }

    /** Requests whose turn did not come before the end. */
    long unsent() {
        return unsent;
    }

    /** Pages served after the top was reached. */
    long acceptedAtTop() {
        return acceptedAtTop;
    }

    /** Connections and requests that came to nothing. */
    Tally broken() {
        return broken;
    }

    /** Answers that are errors. */
    Tally wrong() {
        return wrong;
    }

    /** Refusals that do not say when to come back. */
    Tally rude() {
        return rude;
    }

    @Override
    public void close() throws IOException {
        swarm.close();
    }
}
