package dev.headroom.examples.marketplace;

import dev.headroom.config.ConfigurationException;
import dev.headroom.examples.marketplace.setup.Application;
import dev.headroom.examples.marketplace.setup.Settings;
import dev.headroom.examples.marketplace.setup.WebServer;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** Runs the marketplace until it is told to stop. */
public final class Marketplace {
    private static final Logger log = LoggerFactory.getLogger(Marketplace.class);

    private Marketplace() {}

    /** Starts with the environment's settings. */
    public static void main(String[] arguments) throws Exception {
        sendTomcatsLogToOurs();
        Settings settings;
        try {
            settings = Settings.of(System.getenv());
        } catch (ConfigurationException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        Application application;
        WebServer server;
        try {
            WebServer.requireFree(settings.port());
            application = Application.open(settings);
            server = serve(settings, application);
        } catch (Exception failure) {
            log.debug("marketplace: did not start", failure);
            System.err.println("The marketplace can't start: " + failure.getMessage());
            System.exit(1);
            return;
        }
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, application, stopped), "marketplace-stop"));
        System.out.println("The marketplace is open at http://localhost:" + server.port() + " (Ctrl-C stops it)");
        System.out.flush();
        stopped.await();
    }

    /** Tomcat logs by java.util.logging; so its lines, too, carry the request's trace id. */
    private static void sendTomcatsLogToOurs() {
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
    }

    private static WebServer serve(Settings settings, Application application) throws Exception {
        try {
            return WebServer.start(settings, application);
        } catch (Exception failure) {
            application.close();
            throw failure;
        }
    }

    /** First what is under way is finished, then the doors close. */
    private static void stop(WebServer server, Application application, CountDownLatch stopped) {
        try {
            application.close();
            server.close();
        } catch (RuntimeException e) {
            log.error("marketplace: did not stop cleanly", e);
        } finally {
            stopped.countDown();
        }
    }
}
