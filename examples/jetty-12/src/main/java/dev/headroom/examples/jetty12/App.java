package dev.headroom.examples.jetty12;

import dev.headroom.Headroom;
import dev.headroom.console.ConsoleAccess;
import dev.headroom.servlet.WebOptions;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.server.Server;

/** Headroom on an embedded Jetty 12, at port {@code PORT} or 8080. */
public final class App implements AutoCloseable {
    private final Headroom headroom;
    private final Server jetty;

    /** Starts at this port, or at a free one for 0. */
    public App(int port) throws Exception {
        headroom = Headroom.builder("jetty-12")
                .web(WebOptions.builder().console(ConsoleAccess.readOnly()).build())
                .drainOnShutdown()
                .build();
        jetty = new Server(port);
        ServletContextHandler context = new ServletContextHandler("/");
        context.addServletContainerInitializer((types, servlets) -> headroom.register(servlets));
        context.addServlet(new HelloServlet(), "/");
        jetty.setHandler(context);
        jetty.start();
    }

    /** Starts the application and keeps it until the process is told to end. */
    public static void main(String[] arguments) throws Exception {
        String port = System.getenv("PORT");
        App app = new App(port == null ? 8080 : Integer.parseInt(port));
        System.out.println("http://localhost:" + app.port() + "/ and /console");
        app.jetty.join();
    }

    /** The port. */
    public int port() {
        return jetty.getURI().getPort();
    }

    @Override
    public void close() throws Exception {
        headroom.close();
        jetty.stop();
    }
}
