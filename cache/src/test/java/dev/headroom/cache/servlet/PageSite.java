package dev.headroom.cache.servlet;

import dev.headroom.Headroom;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.gzip.GzipHandler;

/** A real web site with a page cache in front of pages that a test describes. */
final class PageSite implements AutoCloseable {
    private final Map<String, Page> pages = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> renderings = new ConcurrentHashMap<>();
    private HttpClient http = HttpClient.newHttpClient();
    private String origin = "";
    private final Consumer<ServletContext> register;
    private final AutoCloseable closed;
    private final AutoCloseable server;
    private final int port;

    /** Renders a page, the n-th time. */
    @FunctionalInterface
    interface Page {
        void render(HttpServletRequest request, HttpServletResponse response, int n) throws Exception;
    }

    /** Which container. */
    enum Container {
        TOMCAT,
        JETTY
    }

    PageSite(Container container, PageCache cache) throws Exception {
        this(container, Headroom.builder("site").plug(cache).build());
    }

    private PageSite(Container container, Headroom headroom) throws Exception {
        this(container, headroom::register, headroom);
    }

    /** The page cache alone. */
    static PageSite alone(Container container, PageCache cache) throws Exception {
        return new PageSite(container, cache::register, () -> {});
    }

    private PageSite(Container container, Consumer<ServletContext> register, AutoCloseable closed) throws Exception {
        this.register = register;
        this.closed = closed;
        if (container == Container.TOMCAT) {
            Tomcat tomcat = new Tomcat();
            tomcat.setBaseDir(Files.createTempDirectory(Files.createDirectories(Path.of("target")), "tomcat-")
                    .toString());
            tomcat.setPort(0);
            tomcat.setSilent(true);
            Context context = tomcat.addContext("", null);
            context.addServletContainerInitializer((classes, servlets) -> start(servlets), Set.of());
            tomcat.getConnector().setProperty("compression", "on");
            tomcat.start();
            port = tomcat.getConnector().getLocalPort();
            server = () -> {
                tomcat.stop();
                tomcat.destroy();
            };
        } else {
            Server jetty = new Server(0);
            ServletContextHandler context = new ServletContextHandler("/", ServletContextHandler.SESSIONS);
            context.addServletContainerInitializer((classes, servlets) -> start(servlets));
            jetty.setHandler(new GzipHandler(context));
            jetty.start();
            port = ((ServerConnector) jetty.getConnectors()[0]).getLocalPort();
            server = jetty::stop;
        }
    }

    private void start(ServletContext servlets) {
        servlets.addFilter("outer", (request, response, chain) -> {
                    ((HttpServletResponse) response).addHeader("X-Seen", "outer");
                    ((HttpServletResponse) response).addHeader("Vary", "Origin");
                    ((HttpServletResponse) response).setHeader("X-By", "outer");
                    chain.doFilter(request, response);
                })
                .addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/*");
        register.accept(servlets);
        jakarta.servlet.ServletRegistration.Dynamic all = servlets.addServlet("site", new Everything());
        all.setAsyncSupported(true);
        all.addMapping("/");
    }

    PageSite page(String path, Page page) {
        pages.put(path, page);
        return this;
    }

    /** A page that says who may keep it. */
    PageSite page(String path, String cacheControl) {
        return page(path, (request, response, n) -> {
            response.setHeader("Cache-Control", cacheControl);
            response.setContentType("text/html;charset=UTF-8");
            response.getWriter().print(path + " " + n);
        });
    }

    int renderings(String path) {
        return renderings.computeIfAbsent(path, p -> new AtomicInteger()).get();
    }

    int port() {
        return port;
    }

    String address(String path) {
        return (origin.isEmpty() ? "http://localhost:" + port : origin) + path;
    }

    /** As one instance of several behind one address. */
    PageSite behind(String address) {
        origin = address;
        http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .proxy(ProxySelector.of(new InetSocketAddress("localhost", port)))
                .build();
        return this;
    }

    HttpResponse<String> get(String path, String... headers) {
        return send("GET", path, headers);
    }

    HttpResponse<String> send(String method, String path, String... headers) {
        try {
            return http.send(request(method, path, headers), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    CompletableFuture<HttpResponse<String>> later(String path, String... headers) {
        return http.sendAsync(request("GET", path, headers), BodyHandlers.ofString());
    }

    HttpRequest request(String method, String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address(path)))
                .timeout(Duration.ofSeconds(30))
                .method(method, BodyPublishers.noBody());
        return (headers.length == 0 ? request : request.headers(headers)).build();
    }

    /** Where a response came from. */
    static String from(HttpResponse<?> response) {
        return response.headers().firstValue("X-Cache").orElse("");
    }

    @Override
    public void close() throws Exception {
        server.close();
        closed.close();
    }

    private final class Everything extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            String path = request.getRequestURI();
            int n = renderings.computeIfAbsent(path, p -> new AtomicInteger()).incrementAndGet();
            Page page = pages.get(path);
            if (page == null) {
                response.sendError(404);
                return;
            }
            try {
                page.render(request, response, n);
            } catch (IOException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
