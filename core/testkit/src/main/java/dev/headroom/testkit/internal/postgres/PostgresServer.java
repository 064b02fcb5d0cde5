package dev.headroom.testkit.internal.postgres;

import dev.headroom.testkit.ServiceException;
import dev.headroom.testkit.internal.LocalProcess;
import dev.headroom.testkit.internal.Ports;
import dev.headroom.testkit.internal.Waiting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The server process over one data directory. Guarded by the node that owns it. */
final class PostgresServer {

    private static final Duration ORDERLY = Duration.ofSeconds(20);
    private static final Duration AT_ONCE = Duration.ofSeconds(5);
    private static final String PORT_TAKEN = "could not bind";
    private static final int FIRST_START_ATTEMPTS = 5;

    private final PostgresPrograms programs;
    private final PostgresOptions options;
    private final String name;
    private final NodeFiles files;
    private final Path log;

    private volatile int port;
    private volatile @Nullable LocalProcess process;

    PostgresServer(PostgresPrograms programs, PostgresOptions options, Path directory, String name) {
        this.programs = programs;
        this.options = options;
        this.name = name;
        this.files = new NodeFiles(directory.resolve(name));
        this.log = directory.resolve(name + ".log");
        this.port = Ports.free();
    }

    NodeFiles files() {
        return files;
    }

    int port() {
        return port;
    }

    boolean running() {
        LocalProcess current = process;
        return current != null && current.alive();
    }

    boolean suspended() {
        LocalProcess current = process;
        return current != null && current.suspended();
    }

    /** The running process. */
    LocalProcess process() {
        LocalProcess current = process;
        if (current == null || !current.alive()) {
            throw new IllegalStateException(name + " does not run");
        }
        return current;
    }

    /** Starts for the first time: a port that was taken meanwhile is exchanged for another one. */
    void firstStart(Map<String, String> role) {
        for (int attempt = 1; ; attempt++) {
            try {
                start(role);
                return;
            } catch (ServiceException e) {
                if (attempt == FIRST_START_ATTEMPTS || !LocalProcess.tail(log).contains(PORT_TAKEN)) {
                    throw e;
                }
                port = Ports.free();
            }
        }
    }

    /** Starts on the same port as before and returns when the server takes connections. */
    void start(Map<String, String> role) {
        files.writeSettings(settings(role));
        LocalProcess started = programs.postgres(files.data(), log);
        process = started;
        boolean ready = Waiting.holdsWithin(options.timeout(), () -> !started.alive() || files.ready(started.pid()));
        if (!ready || !started.alive()) {
            started.kill();
            throw new ServiceException(name + " on port " + port + (ready ? " ended" : " did not get ready")
                    + " while starting:\n" + started.logTail());
        }
    }

    void writeSettings(Map<String, String> role) {
        files.writeSettings(settings(role));
    }

    void kill() {
        if (running()) {
            process().kill();
        }
    }

    /** The fast shutdown: open transactions are rolled back, the standbys get what was committed. */
    void stop() {
        if (running()) {
            process().terminate("INT", ORDERLY);
        }
    }

    /** Asks for the immediate shutdown, in which nothing is written and the shared memory is given back. */
    void requestQuit() {
        if (running()) {
            process().signal("QUIT");
        }
    }

    void awaitQuit() {
        LocalProcess current = process;
        if (current != null) {
            current.awaitEndOrKill(AT_ONCE);
        }
        files.removeSharedMemory();
        Ports.release(port);
    }

    private Map<String, String> settings(Map<String, String> role) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("listen_addresses", "127.0.0.1");
        settings.put("port", Integer.toString(port));
        settings.put("unix_socket_directories", "");
        settings.put("cluster_name", name);
        settings.put("max_connections", Integer.toString(options.maxConnections()));
        settings.put("max_wal_senders", "20");
        settings.put("wal_keep_size", "256MB");
        settings.put("wal_retrieve_retry_interval", "100ms");
        settings.put("synchronous_commit", "local");
        settings.put("fsync", options.temporary() ? "off" : "on");
        // segments in /dev/shm would stay there for ever after a kill
        settings.put("dynamic_shared_memory_type", "mmap");
        settings.putAll(options.settings());
        settings.putAll(role);
        return settings;
    }
}
