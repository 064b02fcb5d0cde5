package dev.headroom.examples.marketplace.setup;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.ErrorPage;

/** Tomcat, embedded. */
public final class WebServer implements AutoCloseable {
    /** How many requests are served at once. */
    static final int THREADS = 200;

    private static final int CONNECTIONS = 10_000;
    private static final int BACKLOG = 1_000;
    /** Reads on after a refusal, so that a browser gets the page that says why. */
    private static final int SWALLOWED_BYTES = 256 << 20;

    private final Tomcat tomcat;

    private WebServer(Tomcat tomcat) {
        this.tomcat = tomcat;
    }

    /**
     * Looks before anything else is started.
     *
     * @throws IOException if the port is taken
     */
    public static void requireFree(int port) throws IOException {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(port));
        } catch (IOException e) {
            throw new IOException("port " + port + " can't be used: " + e.getMessage(), e);
        }
    }

    /** Starts it with the application in it. */
    public static WebServer start(Settings settings, Application application) throws IOException, LifecycleException {
        Path base = Files.createDirectories(settings.dataDir().resolve("tomcat"));
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(base.toString());
        tomcat.setConnector(connector(settings.port()));
        Context context = tomcat.addContext("", base.toString());
        context.addServletContainerInitializer((classes, servlets) -> application.register(servlets), Set.of());
        context.setParentClassLoader(WebServer.class.getClassLoader());
        context.addErrorPage(errorPage());
        try {
            tomcat.start();
        } catch (LifecycleException | RuntimeException failure) {
            tomcat.destroy();
            throw failure;
        }
        WebServer server = new WebServer(tomcat);
        if (!context.getState().isAvailable() || server.port() < 0) {
            server.close();
            throw new IOException("the web server could not start at port " + settings.port() + "; is it taken?");
        }
        return server;
    }

    /** The port it listens on; below 0 if it does not. */
    public int port() {
        return tomcat.getConnector().getLocalPort();
    }

    private static Connector connector(int port) {
        Connector connector = new Connector();
        connector.setPort(port);
        connector.setProperty("maxThreads", Integer.toString(THREADS));
        connector.setProperty("maxConnections", Integer.toString(CONNECTIONS));
        connector.setProperty("acceptCount", Integer.toString(BACKLOG));
        connector.setProperty("maxSwallowSize", Integer.toString(SWALLOWED_BYTES));
        connector.setProperty("compression", "on");
        connector.setXpoweredBy(false);
        return connector;
    }

    private static ErrorPage errorPage() {
        ErrorPage page = new ErrorPage();
        page.setLocation("/error");
        return page;
    }

    @Override
    public void close() {
        try {
            tomcat.stop();
            tomcat.destroy();
        } catch (LifecycleException e) {
            throw new IllegalStateException("the web server did not stop", e);
        }
    }
}
