package dev.headroom.examples.storm;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.headroom.examples.marketplace.images.PictureRejectedException;
import dev.headroom.examples.marketplace.images.PictureSource;
import dev.headroom.examples.marketplace.images.Thumbnail;
import dev.headroom.examples.marketplace.images.Thumbnails;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A site without a database that does what the marketplace does, and can be told to do it wrong. */
final class FakeSite implements AutoCloseable {
    /** Answers a request in the place of the site; false leaves it to the site. */
    interface Fault {
        boolean answer(HttpExchange exchange, int number) throws IOException;
    }

    private static final long FRESH = TimeUnit.SECONDS.toNanos(1);

    final Map<Long, Map<String, byte[]>> images = new ConcurrentHashMap<>();
    final Set<String> titles = new ConcurrentSkipListSet<>();
    final AtomicInteger uploads = new AtomicInteger();
    final AtomicLong frontPageLoads = new AtomicLong();
    volatile boolean singleFlight = true;
    volatile boolean takesEverything;
    volatile int queueLength;

    private final Map<String, Fault> faults = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> requests = new ConcurrentHashMap<>();
    private final AtomicLong loadedAt = new AtomicLong(System.nanoTime() - FRESH);
    private final Thumbnails thumbnails = Thumbnails.withDefaults();
    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(8);

    FakeSite() throws IOException {
        server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 1000);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Sets a fault of a method and a path's beginning, such as {@code GET /images}. */
    FakeSite fault(String where, Fault fault) {
        faults.put(where, fault);
        return this;
    }

    static void send(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    static void send(HttpExchange exchange, int status, String text) throws IOException {
        send(exchange, status, "text/html", text.getBytes(StandardCharsets.UTF_8));
    }

    private void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String first = path.split("/", 3)[1];
        String where = exchange.getRequestMethod() + " /" + first;
        byte[] body = exchange.getRequestBody().readAllBytes();
        int number = requests.computeIfAbsent(where, any -> new AtomicInteger()).incrementAndGet();
        Fault fault = faults.get(where);
        if (fault != null && fault.answer(exchange, number)) {
            return;
        }
        switch (where) {
            case "GET /" -> frontPage(exchange);
            case "POST /products" -> upload(exchange, body);
            case "GET /images" -> image(exchange, path.split("/"));
            case "GET /search" -> search(exchange);
            case "GET /queue" -> send(exchange, 200, Integer.toString(queueLength));
            case "GET /metrics" ->
                send(
                        exchange,
                        200,
                        "headroom_cache_loads_count{cache=\"front-page\",result=\"stored\"} " + frontPageLoads + "\n");
            default -> send(exchange, 404, "not here");
        }
    }

    private void frontPage(HttpExchange exchange) throws IOException {
        long now = System.nanoTime();
        long loaded = loadedAt.get();
        if (!singleFlight || now - loaded > FRESH && loadedAt.compareAndSet(loaded, now)) {
            frontPageLoads.incrementAndGet();
        }
        send(exchange, 200, "the newest");
    }

    private void upload(HttpExchange exchange, byte[] form) throws IOException {
        String text = new String(form, StandardCharsets.ISO_8859_1);
        String title = part(text, "title");
        byte[] photo = part(text, "photo").getBytes(StandardCharsets.ISO_8859_1);
        Map<String, byte[]> made = new HashMap<>();
        try {
            List<Thumbnail> all = takesEverything ? List.of() : thumbnails.make(PictureSource.of(photo));
            all.forEach(one -> made.put(one.size().name(), one.jpeg()));
        } catch (PictureRejectedException e) {
            send(exchange, 400, "not a picture");
            return;
        }
        long id = uploads.incrementAndGet();
        images.put(id, made);
        titles.add(title);
        exchange.getResponseHeaders().set("Location", "/products/" + id);
        send(exchange, 303, "");
    }

    private static String part(String form, String name) {
        String boundary = form.substring(0, form.indexOf("\r\n"));
        int headers = form.indexOf("name=\"" + name + "\"");
        int begin = form.indexOf("\r\n\r\n", headers) + 4;
        return form.substring(begin, form.indexOf("\r\n" + boundary, begin));
    }

    private void image(HttpExchange exchange, String[] path) throws IOException {
        Map<String, byte[]> sizes = images.get(Long.valueOf(path[2]));
        if (sizes == null) {
            send(exchange, 404, "not here");
            return;
        }
        byte[] jpeg = sizes.get(path[3]);
        if (jpeg == null) {
            send(exchange, 200, "image/svg+xml", "<svg/>".getBytes(StandardCharsets.UTF_8));
            return;
        }
        send(exchange, 200, "image/jpeg", jpeg);
    }

    private void search(HttpExchange exchange) throws IOException {
        String words =
                exchange.getRequestURI().getQuery().substring("q=".length()).replace('+', ' ');
        boolean found = titles.stream().anyMatch(title -> title.contains(words));
        send(exchange, 200, found ? "<a href=\"/products/1\">" : "nothing");
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
