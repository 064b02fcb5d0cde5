package dev.headroom.throttle.servlet;

import dev.headroom.Headroom;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;

/** A Tomcat on a free port with pages made of lambdas. */
final class Site implements AutoCloseable {
    private final Tomcat tomcat = new Tomcat();
    private final HttpClient client = HttpClient.newHttpClient();
    private final Map<String, Page> pages = new LinkedHashMap<>();
    private boolean webXml;

    interface Page {
        void serve(HttpServletRequest request, HttpServletResponse response) throws Exception;
    }

    Site page(String path, Page page) {
        pages.put(path, page);
        return this;
    }

    /** Declares the filters one by one instead of registering them. */
    Site webXml() {
        webXml = true;
        return this;
    }

    Site start(Headroom headroom) throws Exception {
        for (Handler handler : Logger.getLogger("").getHandlers()) {
            handler.setLevel(Level.OFF);
        }
        Path base = Files.createTempDirectory(
                Files.createDirectories(Path.of("target").toAbsolutePath()), "tomcat-");
        tomcat.setBaseDir(base.toString());
        tomcat.setPort(0);
        tomcat.setSilent(true);
        Context context = tomcat.addContext("", base.toString());
        if (context instanceof org.apache.catalina.core.StandardContext standard) {
            standard.setClearReferencesRmiTargets(false);
            standard.setClearReferencesThreadLocals(false);
        }
        if (webXml) {
            declare(context, "dev.headroom.servlet.ContextFilter");
            declare(context, ThrottleFilter.class.getName());
        }
        context.addServletContainerInitializer((types, servlets) -> initialize(headroom, servlets), Set.of());
        tomcat.getConnector();
        tomcat.start();
        return this;
    }

    private static void declare(Context context, String type) {
        FilterDef filter = new FilterDef();
        filter.setFilterName(type);
        filter.setFilterClass(type);
        filter.setAsyncSupported("true");
        context.addFilterDef(filter);
        FilterMap map = new FilterMap();
        map.setFilterName(type);
        map.addURLPattern("/*");
        map.setDispatcher("REQUEST");
        map.setDispatcher("ASYNC");
        context.addFilterMap(map);
    }

    private void initialize(Headroom headroom, ServletContext servlets) {
        if (webXml) {
            headroom.attach(servlets);
        } else {
            headroom.register(servlets);
        }
        pages.forEach((path, page) -> {
            ServletRegistration.Dynamic added = servlets.addServlet(path, servlet(page));
            added.setAsyncSupported(true);
            added.addMapping(path);
        });
    }

    private static HttpServlet servlet(Page page) {
        return new HttpServlet() {
            private static final long serialVersionUID = 1L;

            @Override
            protected void service(HttpServletRequest request, HttpServletResponse response)
                    throws ServletException, IOException {
                try {
                    page.serve(request, response);
                } catch (IOException | ServletException | RuntimeException e) {
                    throw e;
                } catch (Exception e) {
                    throw new ServletException(e);
                }
            }
        };
    }

    CompletableFuture<HttpResponse<String>> fetch(String path) {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://localhost:" + tomcat.getConnector().getLocalPort() + path))
                .timeout(Duration.ofSeconds(60))
                .build();
        return client.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path) {
        return fetch(path).join();
    }

    @Override
    public void close() throws Exception {
        tomcat.stop();
        tomcat.destroy();
    }
}
