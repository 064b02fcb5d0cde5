package dev.headroom.session;

import dev.headroom.Component;

/**
 * Sessions shared by all application servers; plug it into a {@link dev.headroom.Headroom}, or put its {@link #filter()} in front of the
 * application by hand.
 *
 * <p>Without a shared store sessions are kept in this process ({@link SessionsBuilder#maximumLocalSessions} of them). With memcached, a request that
 * does not touch its session costs no operation, one that reads costs one, one that changes it two, and changes are stored before the
 * first byte of the response leaves. While memcached does not answer, a request waits no longer than
 * {@link SessionsBuilder#saveWithin(java.time.Duration)} and gets what {@link Degraded} says. Thread-safe.
 *
 * <pre>{@code
 * Sessions sessions = Sessions.builder()
 *     .memcached(Memcached.nodes("m1:11211,m2:11211").build())
 *     .codec(Codecs.tlv().record(64, Cart.class).build())
 *     .build();
 * }</pre>
 */
public interface Sessions extends Component {
    /** A builder. */
    static SessionsBuilder builder() {
        return new SessionsBuilder();
    }

    /** The filter that gives requests their session. */
    SharedSessionFilter filter();
}
