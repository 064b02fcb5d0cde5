package dev.headroom.benchmarks.queue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Requests are served, each with a query, by the JVM that runs the jobs; again and again 50,000 jobs come at once. */
final class Burst {
    private static final int CLIENTS = 16;
    private static final int ROWS = 1_000;
    private static final int JOBS = 50_000;
    private static final int BURSTS = 3;

    private final Trial trial;

    Burst(Trial trial) {
        this.trial = trial;
    }

    Map<String, Double> run() throws Exception {
        trial.warmUp(Math.max(500, trial.jobs() / 10));
        Database database = trial.database();
        database.execute("create table business (id bigint primary key, note text)");
        database.execute("insert into business select i, 'order ' || i from generate_series(0, " + (ROWS - 1) + ") i");
        Map<String, Double> figures = new LinkedHashMap<>();
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        try (QueueSubject queue = trial.open();
                HikariDataSource pool = database.pool(CLIENTS)) {
            // Otherwise the answer waits 40 ms for the kernel's acknowledgement of its headers.
            System.setProperty("sun.net.httpserver.nodelay", "true");
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
            server.setExecutor(threads);
            server.createContext("/", exchange -> answer(pool, exchange));
            server.start();
            try {
                measure(queue, server.getAddress().getPort(), figures);
            } finally {
                server.stop(0);
            }
        } finally {
            threads.shutdownNow();
        }
        return figures;
    }

    private void measure(QueueSubject queue, int port, Map<String, Double> figures) throws Exception {
        queue.start();
        requests(port, 5, new Samples());
        // By turns, so that what becomes warmer or slower with time is in both.
        Samples without = new Samples();
        Samples with = new Samples();
        List<Double> seconds = new ArrayList<>();
        for (int burst = 0; burst < BURSTS; burst++) {
            requests(port, trial.seconds(), without);
            CompletableFuture<Double> worked = CompletableFuture.supplyAsync(() -> workOff(queue));
            requests(port, trial.seconds(), with);
            seconds.add(worked.get());
        }
        without.into(figures, "without: ");
        with.into(figures, "with: ");
        figures.put("seconds until all were done", Samples.median(seconds));
        figures.put("p99, with / without", Trial.ratio(figures, "with: p99 ms", "without: p99 ms"));
    }

    private static double workOff(QueueSubject queue) {
        LongAdder done = Trial.count();
        long begun = System.nanoTime();
        try {
            queue.enqueueAll(Trial.numbers(JOBS));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        Trial.await(done, JOBS);
        return Trial.secondsSince(begun);
    }

    private static void answer(HikariDataSource pool, HttpExchange exchange) throws IOException {
        byte[] body;
        try (Connection connection = pool.getConnection();
                PreparedStatement select = connection.prepareStatement("select note from business where id = ?")) {
            select.setLong(1, Long.parseLong(exchange.getRequestURI().getPath().substring(1)));
            try (ResultSet rows = select.executeQuery()) {
                rows.next();
                body = rows.getString(1).getBytes(StandardCharsets.UTF_8);
            }
        } catch (SQLException e) {
            throw new IOException(e);
        }
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    /** By a plan of arrivals: each is measured from when it was due. */
    private void requests(int port, int seconds, Samples samples) throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        int all = trial.rate() * seconds;
        long start = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(100);
        List<Future<Boolean>> running = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            int first = i;
            running.add(clients.submit(() -> {
                for (int request = first; request < all; request += CLIENTS) {
                    long due = start + request * TimeUnit.SECONDS.toNanos(1) / trial.rate();
                    Trial.sleepUntil(due);
                    URI uri = URI.create("http://127.0.0.1:" + port + "/" + request % ROWS);
                    try (InputStream answer = uri.toURL().openStream()) {
                        answer.readAllBytes();
                    }
                    samples.add(System.nanoTime() - due);
                }
                return true;
            }));
        }
        for (Future<Boolean> each : running) {
            each.get();
        }
        clients.shutdown();
    }
}
