package dev.headroom.examples.marketplace;

import dev.headroom.config.ConfigurationException;
import dev.headroom.examples.marketplace.setup.Settings;
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
        OpenSite site = new OpenSite();
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(site, stopped), "marketplace-stop"));
        int port;
        try {
            port = site.open(settings);
        } catch (Exception failure) {
            log.debug("marketplace: did not start", failure);
            if (site.closed()) {
                return;
            }
            System.err.println("The marketplace can't start: " + failure.getMessage());
            System.exit(1);
            return;
        }
        System.out.println("The marketplace is open at http://localhost:" + port + " (Ctrl-C stops it)");
        System.out.flush();
        stopped.await();
    }

    /** Tomcat logs by java.util.logging; so its lines, too, carry the request's trace id. */
    private static void sendTomcatsLogToOurs() {
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
    }

    private static void stop(OpenSite site, CountDownLatch stopped) {
        try {
            site.close();
        } catch (RuntimeException e) {
            log.error("marketplace: did not stop cleanly", e);
        } finally {
            stopped.countDown();
        }
    }
}
