package dev.headroom.examples.storm.stampede;

import dev.headroom.examples.storm.command.OptionValues;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Clients that are connected and wait for the page to expire. Not thread-safe. */
final class Herd implements AutoCloseable, SwarmListener {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** The page was loaded before its last answer came, so by then it has expired for sure. */
    private static final long MARGIN = TimeUnit.MILLISECONDS.toNanos(50);

    private static final String FRONT_PAGE = "/";

    private final Site site;
    private final long fresh;
    private final Latencies all;
    private final Tally allErrors;
    private final Swarm swarm;
    private final List<WebConnection> clients = new ArrayList<>();
    private final LoadCount loads = new LoadCount();

    private long lastAnswer = System.nanoTime();
    private long accepted;
    private long shed;
    private Tally errors = new Tally();
    private Latencies latencies = new Latencies();

    Herd(Site site, OptionValues options, Latencies all, Tally allErrors) throws IOException {
        this.site = site;
        this.fresh = TimeUnit.SECONDS.toNanos(options.number("fresh"));
        this.all = all;
        this.allErrors = allErrors;
        this.swarm = new Swarm(this, PATIENCE);
        List<URI> instances = site.instances();
        for (int i = 0; i < options.number("clients"); i++) {
            clients.add(swarm.open(instances.get(i % instances.size())));
        }
    }

    /** Loads the page once at every instance, so that it is known when it expires, and connects everybody. */
    void warmUp() throws IOException {
        long now = System.nanoTime();
        for (int i = 0; i < site.instances().size() && i < clients.size(); i++) {
            clients.get(i).ask(new Ask(FRONT_PAGE, now));
        }
        swarm.finish();
    }

    /** Waits for the next expiry and lets everybody ask. */
    Round rush(int number) throws IOException, InterruptedException {
        accepted = 0;
        shed = 0;
        errors = new Tally();
        latencies = new Latencies();
        Map<URI, Long> before = counts();
        swarm.runUntil(lastAnswer + fresh + MARGIN);
        long start = System.nanoTime();
        clients.forEach(client -> client.ask(new Ask(FRONT_PAGE, start)));
        swarm.finish();
        long expiries = 1 + (lastAnswer - start) / fresh;
        long sum = 0;
        long most = 0;
        for (Map.Entry<URI, Long> after : counts().entrySet()) {
            long loaded = after.getValue() - before.getOrDefault(after.getKey(), 0L);
            sum += loaded;
            most = Math.max(most, loaded);
        }
        return new Round(number, clients.size(), sum, most, expiries, accepted, shed, errors, latencies);
    }

    private Map<URI, Long> counts() throws IOException, InterruptedException {
        Map<URI, Long> counts = new HashMap<>();
        for (URI instance : site.instances()) {
            counts.put(instance, loads.of(instance));
        }
        return counts;
    }

    @Override
    public void answered(Answer answer) {
        lastAnswer = System.nanoTime();
        latencies.record(answer.nanos());
        all.record(answer.nanos());
        if (answer.accepted()) {
            accepted++;
        } else if (answer.shed()) {
            shed++;
        } else {
            unwanted("status " + answer.status());
        }
    }

    @Override
    public void failed(Ask ask, String reason) {
        lastAnswer = System.nanoTime();
        unwanted(reason);
    }

    @Override
    public void notConnected(String reason) {
        unwanted(reason);
    }

    private void unwanted(String what) {
        errors.add(what);
        allErrors.add(what);
    }

    @Override
    public void close() throws IOException {
        swarm.close();
    }
}
