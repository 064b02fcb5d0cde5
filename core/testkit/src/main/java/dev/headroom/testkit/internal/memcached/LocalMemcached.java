package dev.headroom.testkit.internal.memcached;

import dev.headroom.testkit.MemcachedNode;
import dev.headroom.testkit.internal.Ending;
import dev.headroom.testkit.internal.ExitHook;
import dev.headroom.testkit.internal.LocalService;
import dev.headroom.testkit.internal.OwnedDirectory;
import dev.headroom.testkit.internal.Programs;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A memcached process of the test kit's. */
public final class LocalMemcached extends LocalService implements MemcachedNode {

    private static final int ANSWER_MILLIS = 1000;

    private final MemcachedOptions options;
    private final OwnedDirectory directory;
    private final String binary;
    private final Runnable atExit = this::close;

    private LocalMemcached(MemcachedOptions options, OwnedDirectory directory, String binary) {
        super("memcached", directory.path());
        this.options = options;
        this.directory = directory;
        this.binary = binary;
    }

    /** Starts a process. */
    public static MemcachedNode start(MemcachedOptions options) {
        String binary = Programs.require("memcached", "memcached", ENVIRONMENT_VARIABLE, "memcached");
        LocalMemcached node = new LocalMemcached(options, OwnedDirectory.temporary("memcached"), binary);
        ExitHook.add(node.atExit);
        try {
            node.firstStart();
        } catch (RuntimeException e) {
            node.close();
            throw e;
        }
        return node;
    }

    @Override
    public void close() {
        Ending.run(this::shutDown, directory::close, () -> ExitHook.remove(atExit));
    }

    @Override
    protected List<String> command(int port) {
        return options.command(binary, port);
    }

    @Override
    protected boolean answers() {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(ANSWER_MILLIS);
            socket.connect(new InetSocketAddress(host(), port()), ANSWER_MILLIS);
            socket.getOutputStream().write("version\r\n".getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readNBytes(7), StandardCharsets.US_ASCII).equals("VERSION");
        } catch (IOException e) {
            return false;
        }
    }
}
