package dev.headroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.testkit.internal.ServiceAddresses;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class MemcachedNodeTest {

    @AutoClose
    private final MemcachedNode node = MemcachedNode.builder().ownProcess().start();

    @Test
    void storesAndReturnsValues() throws IOException {
        assertThat(ask("set k 0 0 1\r\nx\r\n")).isEqualTo("STORED");
        assertThat(ask("get k\r\n")).isEqualTo("VALUE k 0 1");
    }

    @Test
    void suspendedNodeKeepsItsConnectionsAndItsItems() throws IOException {
        ask("set k 0 0 1\r\nx\r\n");
        node.suspend();
        assertThat(node.running()).isTrue();
        assertThatThrownBy(() -> ask("get k\r\n")).isInstanceOf(SocketTimeoutException.class);
        node.resume();
        assertThat(ask("get k\r\n")).isEqualTo("VALUE k 0 1");
    }

    @Test
    void killedNodeRefusesAndComesBackEmptyOnItsPort() throws IOException {
        ask("set k 0 0 1\r\nx\r\n");
        int port = node.port();
        node.suspend();
        node.kill();
        assertThat(node.running()).isFalse();
        assertThatThrownBy(() -> ask("get k\r\n")).isInstanceOf(ConnectException.class);
        node.restart();
        assertThat(node.port()).isEqualTo(port);
        assertThat(ask("get k\r\n")).isEqualTo("END");
    }

    @Test
    void optionsReachTheProcess() throws IOException {
        try (MemcachedNode small = MemcachedNode.builder()
                .memoryMegabytes(8)
                .threads(1)
                .maxItemBytes(2048)
                .maxConnections(20)
                .start()) {
            String settings = settings(small);
            assertThat(settings).contains("STAT maxbytes 8388608", "STAT num_threads 1", "STAT item_size_max 2048");
            assertThat(settings).contains("STAT maxconns 20");
        }
    }

    @Test
    void rejectsItemsThatMemcachedCouldNotHold() {
        assertThatThrownBy(() -> MemcachedNode.builder().maxItemBytes(3000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxItemBytes: 3000 (expected: a power of two from 1024 to 134217728)");
        assertThatThrownBy(() -> MemcachedNode.builder().memoryMegabytes(1).start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxItemBytes: 1048576 (expected: no more than half of memoryMegabytes: 1)");
        try (MemcachedNode large = MemcachedNode.builder().maxItemBytes(4 << 20).start()) {
            assertThat(large.running()).isTrue();
        }
    }

    @Test
    void closedNodeIsGone() {
        long pid = node.pid();
        node.close();
        node.close();
        assertThat(ProcessHandle.of(pid)).isEmpty();
        assertThatThrownBy(node::restart).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void nodeClosedOnAnInterruptedThreadIsGone() {
        long pid = node.pid();
        Thread.currentThread().interrupt();
        node.close();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(ProcessHandle.of(pid)).isEmpty();
    }

    @Test
    void nodeFromTheEnvironmentCanBeUsedAndNotBroken() throws IOException {
        ServiceAddresses environment =
                new ServiceAddresses(Map.of(MemcachedNode.ENVIRONMENT_VARIABLE, node.hostAndPort()));
        try (MemcachedNode external = new MemcachedNodeBuilder(environment).start()) {
            assertThat(external.address()).isEqualTo(node.address());
            assertThatThrownBy(external::kill)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("runs outside the test kit");
        }
        assertThat(ask("version\r\n")).startsWith("VERSION");
        try (MemcachedNode own =
                new MemcachedNodeBuilder(environment).ownProcess().start()) {
            assertThat(own.port()).isNotEqualTo(node.port());
        }
    }

    @Test
    void addressMustBeHostAndPort() {
        assertThatThrownBy(() -> MemcachedNode.external("cache"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("HEADROOM_TEST_MEMCACHED: cache (expected: host:port)");
    }

    private String ask(String command) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(300);
            socket.connect(node.address(), 1000);
            socket.getOutputStream().write(command.getBytes(StandardCharsets.US_ASCII));
            return line(socket);
        }
    }

    private static String line(Socket socket) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = socket.getInputStream().read();
                c != '\r';
                c = socket.getInputStream().read()) {
            line.append((char) c);
        }
        return line.toString();
    }

    private static String settings(MemcachedNode node) throws IOException {
        try (Socket socket = new Socket(node.host(), node.port())) {
            socket.getOutputStream().write("stats settings\r\nquit\r\n".getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }
}
