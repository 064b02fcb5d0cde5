package dev.headroom.router;

import dev.headroom.consistency.Consistency;
import dev.headroom.consistency.ConsistencyToken;
import java.time.Duration;

/** Who knows the positions of requests: one router, or several as one. Implemented here only. Thread-safe. */
public interface Positions {
    /** Read-your-writes: the position of the current request. */
    Consistency consistency();

    /**
     * What the client of the current request was told to see and has written: of {@link Consistency#current} all but what it has merely seen. Asked for
     * after that.
     */
    ConsistencyToken written();

    /**
     * The token, and the newest positions that are known here, which takes no round trip. For a client that has written: of two requests of one client
     * that overlap, the browser keeps what the later answer says, so that must take nothing away that the other one has told.
     */
    ConsistencyToken newest(ConsistencyToken written);

    /**
     * A position that came from outside (a cookie, a header), made safe: {@link ConsistencyToken#NONE} if it is not one, and never
     * beyond the primary's own, so that a forged one costs at most some diverted reads. What it says of clusters that are not known here is carried along
     * unread, for other servers, as far as there is room. What stands for clusters that had no room is forgotten a minute after {@link #positionLife}. If it may say more than is known, the primaries are asked for their positions, all at once, and waited for, at most for
     * {@code probeTimeout}; then it is kept as it is.
     */
    ConsistencyToken admit(String untrusted);

    /**
     * How long after its last write a client has to bring its position along: the life of the cookie. Of several routers the longest one's.
     */
    Duration positionLife();

    /**
     * Whether what is carried is the time of the last write ({@link ReplicaRouterBuilder#pinAfterWrite}), which has to be forgotten after
     * {@link #positionLife}; of several routers, of any.
     */
    boolean byTime();
}
