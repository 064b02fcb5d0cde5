package dev.headroom.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.metrics.internal.StatsD;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class StatsDTest {
    @Test
    void sendsCountsAndGaugesInDatagramsThatFitAFrame() throws Exception {
        try (DatagramSocket server = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            server.setSoTimeout(5_000);
            Metrics metrics = Metrics.builder()
                    .statsd("127.0.0.1", server.getLocalPort())
                    .prefix("shop")
                    .interval(Duration.ofMillis(100))
                    .build();
            metrics.meters().counter("orders", "tier", "gold").add(7);
            metrics.meters().gauge("below", () -> -2.5);
            for (int i = 0; i < 300; i++) {
                metrics.meters().counter("many", "n", Integer.toString(i)).increment();
            }
            metrics.meters().timer("requests").record(Duration.ofMillis(40));

            List<String> lines = receiveUntil(
                    server,
                    "shop\\.many\\.n\\.299:1\\|c",
                    "shop\\.orders\\.tier\\.gold:7\\|c",
                    "shop\\.requests:1\\|c",
                    "shop\\.below:-2\\.5000\\|g",
                    "shop\\.requests\\.p99:(39|40)\\.\\d+\\|g");

            assertThat(lines.indexOf("shop.below:-2.5000|g")).isEqualTo(lines.indexOf("shop.below:0|g") + 1);
            assertThat(lines).allMatch(line -> line.matches("[A-Za-z0-9._-]+:-?[0-9.]+\\|[cg]"));

            metrics.meters().counter("orders", "tier", "gold").add(2);
            metrics.close();
            receiveUntil(server, "shop\\.orders\\.tier\\.gold:2\\|c");
        }
    }

    @Test
    void sendsTheOthersWhenOneGaugeFails() throws Exception {
        try (DatagramSocket server = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                Metrics metrics = Metrics.builder()
                        .statsd("127.0.0.1", server.getLocalPort())
                        .interval(Duration.ofMillis(100))
                        .build()) {
            server.setSoTimeout(5_000);
            metrics.meters().gauge("a", () -> 1);
            metrics.meters().gauge("b", () -> {
                throw new IllegalStateException("as the test asked");
            });
            metrics.meters().gauge("c", () -> 3);

            List<String> lines = receiveUntil(server, "a:1\\|g", "c:3\\|g", "headroom\\.metrics\\.unreadable:[12]\\|c");

            assertThat(lines).noneMatch(line -> line.startsWith("b:"));
        }
    }

    @Test
    void countsWhatCanNotBeSentAndGoesOn() {
        try (Metrics metrics = Metrics.builder()
                .statsd("no-such-host.invalid", 8125)
                .interval(Duration.ofMillis(20))
                .build()) {
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> metrics.meters()
                            .read(MetricsMeters.STATSD_DROPPED)
                            .filter(reading -> reading.count() > 0)
                            .isPresent());
        }
    }

    private static List<String> receiveUntil(DatagramSocket server, String... wanted) throws Exception {
        List<String> lines = new ArrayList<>();
        DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
        while (!Arrays.stream(wanted).allMatch(form -> lines.stream().anyMatch(line -> line.matches(form)))) {
            try {
                server.receive(packet);
            } catch (SocketTimeoutException e) {
                throw new AssertionError("not received: " + List.of(wanted) + ", but " + lines, e);
            }
            assertThat(packet.getLength()).isLessThanOrEqualTo(StatsD.DATAGRAM);
            lines.addAll(List.of(new String(packet.getData(), 0, packet.getLength(), UTF_8).split("\n")));
        }
        return lines;
    }
}
