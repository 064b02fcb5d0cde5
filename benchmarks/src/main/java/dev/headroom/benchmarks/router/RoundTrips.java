package dev.headroom.benchmarks.router;

import dev.headroom.testkit.ServiceProcess;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/** A proxy that counts round trips: each time that the client sends something after the server has, one begins. */
final class RoundTrips implements AutoCloseable {
    private static final int BUFFER = 16_384;

    private final ServiceProcess server;
    private final ServerSocket listener;
    private final LongAdder trips = new LongAdder();
    private final LongAdder connections = new LongAdder();

    RoundTrips(ServiceProcess server) throws IOException {
        this.server = server;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    String address() {
        return "127.0.0.1:" + listener.getLocalPort();
    }

    long count() {
        return trips.sum();
    }

    long connections() {
        return connections.sum();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                Socket target = new Socket(server.host(), server.port());
                client.setTcpNoDelay(true);
                target.setTcpNoDelay(true);
                connections.increment();
                AtomicBoolean serverSpoke = new AtomicBoolean(true);
                daemon(() -> pump(client, target, () -> {
                    if (serverSpoke.getAndSet(false)) {
                        trips.increment();
                    }
                }));
                daemon(() -> pump(target, client, () -> serverSpoke.set(true)));
            }
        } catch (IOException closed) {
            // the end
        }
    }

    private static void pump(Socket from, Socket to, Runnable before) {
        byte[] buffer = new byte[BUFFER];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                before.run();
                out.write(buffer, 0, read);
                out.flush();
            }
        } catch (IOException closed) {
            // the other side, too
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "round-trips");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
