package dev.headroom.session;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** A memcached of this machine on a free loopback port, that can be hung, killed and started again. */
final class LocalMemcached implements AutoCloseable {
    private final int port = freePort();
    private @Nullable Process process;

    static LocalMemcached start() {
        LocalMemcached server = new LocalMemcached();
        server.startAgain();
        return server;
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    void startAgain() {
        try {
            process = new ProcessBuilder(
                            "memcached", "-u", "root", "-l", "127.0.0.1", "-p", "" + port, "-U", "0", "-m", "64", "-t", "1")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException missing) {
            throw new UncheckedIOException("memcached: not started (expected: Debian's package memcached)", missing);
        }
        Awaitility.await().atMost(10, TimeUnit.SECONDS).until(this::answers);
    }

    void kill() {
        running().destroyForcibly();
        try {
            running().waitFor();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    void hang() {
        signal("STOP");
    }

    void resume() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, "" + running().pid()).start().waitFor();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private Process running() {
        if (process == null) {
            throw new IllegalStateException("not started");
        }
        return process;
    }

    private boolean answers() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly();
        }
    }
}
