package dev.headroom.examples.tomcat10;

import dev.headroom.Headroom;
import dev.headroom.console.ConsoleAccess;
import dev.headroom.servlet.WebOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.startup.Tomcat;

/** Headroom on an embedded Tomcat 10.1, at port {@code PORT} or 8080. */
public final class App implements AutoCloseable {
    private final Headroom headroom;
    private final Tomcat tomcat = new Tomcat();

    /** Starts at this port, or at a free one for 0. */
    public App(int port) throws Exception {
        headroom = Headroom.builder("tomcat-10")
                .web(WebOptions.builder().console(ConsoleAccess.readOnly()).build())
                .drainOnShutdown()
                .build();
        Path base = Files.createDirectories(Path.of("target", "tomcat")).toAbsolutePath();
        tomcat.setBaseDir(base.toString());
        tomcat.setPort(port);
        Context context = tomcat.addContext("", base.toString());
        context.addServletContainerInitializer((types, servlets) -> headroom.register(servlets), Set.of());
        Tomcat.addServlet(context, "hello", new HelloServlet()).setAsyncSupported(true);
        context.addServletMappingDecoded("/", "hello");
        tomcat.getConnector();
        tomcat.start();
    }

    /** Starts the application and keeps it until the process is told to end. */
    public static void main(String[] arguments) throws Exception {
        String port = System.getenv("PORT");
        App app = new App(port == null ? 8080 : Integer.parseInt(port));
        System.out.println("http://localhost:" + app.port() + "/ and /console");
        app.tomcat.getServer().await();
    }

    /** The port. */
    public int port() {
        return tomcat.getConnector().getLocalPort();
    }

    @Override
    public void close() throws LifecycleException {
        headroom.close();
        tomcat.stop();
        tomcat.destroy();
    }
}
