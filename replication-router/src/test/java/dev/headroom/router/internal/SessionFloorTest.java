package dev.headroom.router.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SessionFloorTest {
    @Test
    void partThatWasPinnedEarlierDoesNotShortenThePin() {
        SessionFloor request = new SessionFloor();
        SessionFloor part = new SessionFloor();
        part.pin(10);
        request.pin(20);
        request.absorb(part);
        assertThat(request.pinned(15)).isTrue();
        part.pin(30);
        request.absorb(part);
        assertThat(request.pinned(25)).isTrue();
        assertThat(request.pinned(30)).isFalse();
    }
}
