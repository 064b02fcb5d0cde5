package dev.headroom.router.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.router.NodeSpec;
import dev.headroom.router.spi.Position;
import java.util.concurrent.atomic.AtomicLong;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;

class SessionFloorTest {
    /** Parts of one request that run at once, and the request itself, look for what tokens of their own stand for. */
    @Test
    void whatIsFoundOutForATokenIsNotTakenAwayByAnother() {
        AtomicLong now = new AtomicLong(1);
        PositionCodec codec = new PositionCodec("main", () -> "p", position -> false, () -> false);
        ConsistencyToken one = new ConsistencyToken("v1~*:1:1");
        ConsistencyToken other = new ConsistencyToken("v1~*:2:1");
        SessionFloor request = new SessionFloor();
        SessionFloor.Told first = request.told(one, codec, now::get);
        now.set(2);
        assertThat(request.told(other, codec, now::get).since()).isEqualTo(2);
        assertThat(request.told(one, codec, now::get)).isEqualTo(first);
        Position there = new Position(1, 5);
        request.resolved(first, there);
        assertThat(request.told(other, codec, now::get).open()).isTrue();
        now.set(3);
        ConsistencyToken longer = new ConsistencyToken("v1~other:p1:1~*:1:1");
        for (ConsistencyToken same : new ConsistencyToken[] {one, longer, one}) {
            SessionFloor.Told told = request.told(same, codec, now::get);
            assertThat(told.position()).isEqualTo(there);
            assertThat(told.since()).isEqualTo(1);
        }
    }

    @Test
    void threadTakesOverAllButWhichReplicasWereRead() {
        SessionFloor part = new SessionFloor();
        part.wrote(new Position(1, 5));
        part.touchedPrimary(10, false);
        part.readReplica(new Node(NodeSpec.of("r", new JdbcDataSource())), 20);
        SessionFloor request = new SessionFloor();
        request.absorb(part, true);
        SessionFloor thread = new SessionFloor();
        thread.absorb(part, false);
        for (SessionFloor floor : new SessionFloor[] {request, thread}) {
            assertThat(floor.written()).isEqualTo(new Position(1, 5));
            assertThat(floor.touch()).isEqualTo(new SessionFloor.Touch(10, false));
        }
        assertThat(request.replicaReads()).isNotNull();
        assertThat(thread.replicaReads()).isNull();
    }

    @Test
    void partThatWasPinnedEarlierDoesNotShortenThePin() {
        SessionFloor request = new SessionFloor();
        SessionFloor part = new SessionFloor();
        part.pin(10);
        request.pin(20);
        request.absorb(part, true);
        assertThat(request.pinned(15)).isTrue();
        part.pin(30);
        request.absorb(part, true);
        assertThat(request.pinned(25)).isTrue();
        assertThat(request.pinned(30)).isFalse();
    }
}
