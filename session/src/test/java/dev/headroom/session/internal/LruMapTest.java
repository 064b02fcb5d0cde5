package dev.headroom.session.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LruMapTest {
    private final AtomicLong now = new AtomicLong();
    private final LruMap<String> map = new LruMap<>(3, now::get);

    @Test
    void dropsTheLeastRecentlyUsed() {
        map.put("a", "1", 100);
        map.put("b", "2", 100);
        map.put("c", "3", 100);
        map.get("a");
        map.put("d", "4", 100);
        assertThat(map.size()).isEqualTo(3);
        assertThat(map.get("b")).isNull();
        assertThat(map.get("a")).isEqualTo("1");
    }

    @Test
    void forgetsWhatHasExpired() {
        map.put("a", "1", 100);
        now.set(99);
        assertThat(map.get("a")).isEqualTo("1");
        now.set(100);
        assertThat(map.get("a")).isNull();
    }

    @Test
    void aFailedReplacementLeavesTheTimeToLive() {
        map.put("a", "1", 100);
        map.compute("a", before -> before, 500);
        now.set(100);
        assertThat(map.get("a")).isNull();
    }
}
