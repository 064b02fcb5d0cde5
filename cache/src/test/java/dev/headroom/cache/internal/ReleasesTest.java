package dev.headroom.cache.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.cache.spi.SharedLease;
import dev.headroom.cache.spi.SharedNode;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReleasesTest {
    private final List<Object> released = new ArrayList<>();
    private final SharedNode node = (SharedNode) Proxy.newProxyInstance(
            SharedNode.class.getClassLoader(), new Class<?>[] {SharedNode.class}, (proxy, method, arguments) -> {
                if (method.getName().equals("releaseAll")) {
                    released.addAll((Collection<?>) arguments[0]);
                }
                return method.getName().equals("isAvailable") ? Boolean.TRUE : null;
            });
    private final Releases releases = new Releases(new Home(node, () -> {}));

    @Test
    void ofTooManyOnlySomeAreKept() {
        List<SharedLease> leases = IntStream.rangeClosed(0, 10_000)
                .mapToObj(i -> new SharedLease("k" + i, i, 1, true))
                .toList();
        releases.add(leases, Duration.ZERO);
        releases.release();
        assertThat(released).hasSize(10_000);
        releases.add(leases.subList(0, 1), Duration.ZERO);
        releases.release();
        assertThat(released).as("there is room again").hasSize(10_001);
        releases.add(leases.subList(0, 1), Duration.ofHours(1));
        releases.release();
        assertThat(released).as("not yet").hasSize(10_001);
    }
}
