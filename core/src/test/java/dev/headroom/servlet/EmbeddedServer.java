package dev.headroom.servlet;

import jakarta.servlet.ServletContext;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.ErrorPage;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import org.eclipse.jetty.ee10.servlet.ErrorPageErrorHandler;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** A real servlet container on a free port, with {@code /error} as its error page. */
public interface EmbeddedServer extends AutoCloseable {
    /** Held, since the JDK forgets the level of a logger that nobody holds. */
    java.util.logging.Logger CATALINA_LOG = java.util.logging.Logger.getLogger("org.apache");

    /** Its port. */
    int port();

    /** Stops it. */
    @Override
    void close();

    /** Fetches a path; the request may be prepared further. */
    default HttpResponse<String> get(String path, String... headers) {
        return send(request(path, headers).GET().build());
    }

    /** Begins a request. */
    default HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + port() + path))
                .timeout(Duration.ofSeconds(20));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return request;
    }

    /** Sends a request. */
    default HttpResponse<String> send(HttpRequest request) {
        try {
            return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Which container to start, and how. */
    enum Kind {
        TOMCAT {
            @Override
            public EmbeddedServer start(Consumer<ServletContext> initializer, String... filterClasses)
                    throws Exception {
                Path base = Files.createTempDirectory(
                        Files.createDirectories(Path.of("target").toAbsolutePath()), "tomcat-");
                Tomcat tomcat = new Tomcat();
                tomcat.setBaseDir(base.toString());
                tomcat.setPort(0);
                tomcat.setSilent(true);
                Context context = tomcat.addContext("", base.toString());
                quiet((org.apache.catalina.core.StandardContext) context);
                ErrorPage page = new ErrorPage();
                page.setLocation("/error");
                context.addErrorPage(page);
                for (String type : filterClasses) {
                    FilterDef filter = new FilterDef();
                    filter.setFilterName(type);
                    filter.setFilterClass(type);
                    filter.setAsyncSupported("true");
                    FilterMap map = new FilterMap();
                    map.setFilterName(type);
                    map.addURLPattern("/*");
                    context.addFilterDef(filter);
                    context.addFilterMap(map);
                }
                context.addServletContainerInitializer((classes, servlets) -> initializer.accept(servlets), Set.of());
                tomcat.getConnector();
                tomcat.start();
                if (!context.getState().isAvailable()) {
                    tomcat.stop();
                    tomcat.destroy();
                    throw new IllegalStateException("the context did not start");
                }
                return of(tomcat.getConnector().getLocalPort(), () -> {
                    tomcat.stop();
                    tomcat.destroy();
                });
            }
        },
        JETTY {
            @Override
            public EmbeddedServer start(Consumer<ServletContext> initializer, String... filterClasses)
                    throws Exception {
                Server server = new Server(0);
                ServletContextHandler context = new ServletContextHandler("/");
                ErrorPageErrorHandler errors = new ErrorPageErrorHandler();
                errors.addErrorPage(ErrorPageErrorHandler.GLOBAL_ERROR_PAGE, "/error");
                context.setErrorHandler(errors);
                for (String type : filterClasses) {
                    FilterHolder holder = new FilterHolder();
                    holder.setClassName(type);
                    holder.setAsyncSupported(true);
                    context.addFilter(holder, "/*", java.util.EnumSet.of(jakarta.servlet.DispatcherType.REQUEST));
                }
                context.addServletContainerInitializer((classes, servlets) -> initializer.accept(servlets));
                server.setHandler(context);
                server.start();
                return of(((ServerConnector) server.getConnectors()[0]).getLocalPort(), server::stop);
            }
        };

        private static void quiet(org.apache.catalina.core.StandardContext context) {
            context.setClearReferencesRmiTargets(false);
            context.setClearReferencesThreadLocals(false);
            CATALINA_LOG.setLevel(java.util.logging.Level.OFF);
        }

        public abstract EmbeddedServer start(Consumer<ServletContext> initializer, String... filterClasses)
                throws Exception;

        private static EmbeddedServer of(int port, AutoCloseable stop) {
            return new EmbeddedServer() {
                @Override
                public int port() {
                    return port;
                }

                @Override
                public void close() {
                    try {
                        stop.close();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                }
            };
        }
    }
}
