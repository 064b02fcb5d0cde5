package dev.headroom.session;

import java.util.EnumSet;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** Jetty 12, EE 10. */
final class JettyServer implements WebServer {
    private final Server server = new Server(0);

    JettyServer(Sessions sessions) {
        ServletContextHandler context = new ServletContextHandler("/");
        ServletHolder servlet = new ServletHolder(new TestServlet());
        servlet.setAsyncSupported(true);
        context.addServlet(servlet, "/");
        FilterHolder filter = new FilterHolder(sessions.filter());
        filter.setAsyncSupported(true);
        context.addFilter(filter, "/*", EnumSet.copyOf(DISPATCHES));
        server.setHandler(context);
        try {
            server.start();
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }

    @Override
    public int port() {
        return ((ServerConnector) server.getConnectors()[0]).getLocalPort();
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }
}
