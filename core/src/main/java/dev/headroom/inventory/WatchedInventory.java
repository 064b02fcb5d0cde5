package dev.headroom.inventory;

import dev.headroom.config.ConfigurationException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An inventory that asks its source once an interval whether its hosts have changed, on one daemon thread.
 *
 * <p>When the source breaks, the last good state is kept, a warning is logged once, and {@link #lastError()} says what is wrong until the
 * source is well again.
 */
public final class WatchedInventory implements ServiceInventory {
    private static final Logger log = LoggerFactory.getLogger(WatchedInventory.class);

    private final LiveInventory live;
    private final InventorySource source;
    private final Duration interval;
    private final CountDownLatch closed = new CountDownLatch(1);
    private Object version;
    private volatile @Nullable String error;

    private WatchedInventory(InventorySource source, Duration interval, Object version, List<Host> hosts) {
        this.live = new LiveInventory(hosts);
        this.source = source;
        this.interval = interval;
        this.version = version;
    }

    static WatchedInventory start(InventorySource source, Duration interval) {
        WatchedInventory inventory;
        try {
            Object version = source.version();
            inventory = new WatchedInventory(source, interval, version, List.copyOf(source.load()));
        } catch (IOException | RuntimeException broken) {
            throw new ConfigurationException(
                    "inventory", source.description() + ": " + shown(broken), "a source that can be read");
        }
        Thread thread = new Thread(inventory::watch, "headroom-inventory-1");
        thread.setDaemon(true);
        thread.start();
        return inventory;
    }

    /** What is wrong with the source now; empty while all is well. */
    public Optional<String> lastError() {
        return Optional.ofNullable(error);
    }

    @Override
    public void close() {
        closed.countDown();
        live.close();
    }

    @Override
    public Host host(String service, HostFilter... filters) {
        return live.host(service, filters);
    }

    @Override
    public Host only(String service, HostFilter... filters) {
        return live.only(service, filters);
    }

    @Override
    public List<Host> hosts(String service, HostFilter... filters) {
        return live.hosts(service, filters);
    }

    @Override
    public List<Host> on(String hostName) {
        return live.on(hostName);
    }

    @Override
    public List<Host> with(String property, Object value) {
        return live.with(property, value);
    }

    @Override
    public List<Host> all() {
        return live.all();
    }

    @Override
    public Subscription onChange(Listener listener) {
        return live.onChange(listener);
    }

    private void watch() {
        try {
            while (!closed.await(interval.toMillis(), TimeUnit.MILLISECONDS)) {
                refresh();
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private void refresh() {
        try {
            Object now = source.version();
            if (!now.equals(version) || error != null) {
                List<Host> hosts = source.load();
                version = now;
                wellAgain();
                live.replace(hosts);
            }
        } catch (IOException | RuntimeException broken) {
            if (error == null) {
                log.warn(
                        "inventory: {} can't be read, the last good state is kept: {}",
                        source.description(),
                        shown(broken));
            }
            error = shown(broken);
        }
    }

    private void wellAgain() {
        if (error != null) {
            log.info("inventory: {} can be read again", source.description());
            error = null;
        }
    }

    private static String shown(Exception broken) {
        return broken instanceof ConfigurationException ? String.valueOf(broken.getMessage()) : broken.toString();
    }
}
