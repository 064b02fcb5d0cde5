package dev.headroom.session;

import dev.headroom.codec.Codec;
import dev.headroom.codec.Codecs;
import dev.headroom.config.Checks;
import dev.headroom.memcached.Memcached;
import dev.headroom.session.internal.DefaultSessions;
import dev.headroom.session.internal.MemcachedSessionStore;
import dev.headroom.session.internal.MemorySessionStore;
import dev.headroom.session.spi.SessionStore;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Collects the options of {@link Sessions}. Not thread-safe. */
public final class SessionsBuilder {
    private final SessionOptions defaults = SessionOptions.defaults();
    private final List<String> ignore = new ArrayList<>();
    private Duration idle = defaults.idle();
    private Duration absolute = defaults.absolute();
    private String keyPrefix = defaults.keyPrefix();
    private CookieOptions cookie = defaults.cookie();
    private Degraded degraded = defaults.degraded();
    private Duration saveWithin = defaults.saveWithin();
    private int maximumLocalSessions = defaults.maximumLocalSessions();
    private Duration rotationGrace = defaults.rotationGrace();
    private @Nullable Memcached memcached;
    private @Nullable SessionStore store;
    private @Nullable Codec codec;
    private Clock clock = Clock.systemUTC();

    SessionsBuilder() {}

    /**
     * Keeps sessions in memcached, one copy each, on the node that rendezvous hashing chooses. The connections stay the caller's to close.
     */
    public SessionsBuilder memcached(Memcached memcached) {
        this.memcached = Checks.present("memcached", memcached);
        return this;
    }

    /** Keeps sessions in this store, which is closed with the sessions. */
    public SessionsBuilder store(SessionStore store) {
        this.store = Checks.present("store", store);
        return this;
    }

    /**
     * Turns attribute values into bytes; default {@code Codecs.tlv()}, which knows JDK values and collections of them. A record of the
     * application's own is an attribute once the codec was told of it. An attribute that the codec refuses makes {@code setAttribute} throw.
     */
    public SessionsBuilder codec(Codec codec) {
        this.codec = Checks.present("codec", codec);
        return this;
    }

    /** How long a session lives without a request, at least a second; default 30 minutes. Exact to a quarter of it. */
    public SessionsBuilder idle(Duration idle) {
        this.idle = Checks.positive("idle", idle);
        return this;
    }

    /** How long a session lives at most, whatever happens, up to 30 days; default 12 hours. */
    public SessionsBuilder absolute(Duration absolute) {
        this.absolute = Checks.positive("absolute", absolute);
        return this;
    }

    /** What every key begins with, so that applications can share a memcached; a name, default {@code headroom}. */
    public SessionsBuilder keyPrefix(String keyPrefix) {
        this.keyPrefix = Checks.name("keyPrefix", keyPrefix);
        return this;
    }

    /** The cookie; see {@link CookieOptions} for its defaults. */
    public SessionsBuilder cookie(Consumer<CookieOptions.Builder> options) {
        CookieOptions.Builder builder = cookie.with();
        options.accept(builder);
        this.cookie = builder.build();
        return this;
    }

    /**
     * Paths, within the application, that pass the filter untouched and have no shared session: {@code *.css}, {@code /images/*}, {@code /health}; {@code *}
     * stands for any characters. Default none.
     */
    public SessionsBuilder ignore(String... globs) {
        for (String glob : globs) {
            ignore.add(Checks.notBlank("ignore", glob));
        }
        return this;
    }

    /** What requests get while the store does not answer; default {@link Degraded#LOCAL_COPY}. */
    public SessionsBuilder degraded(Degraded degraded) {
        this.degraded = Checks.present("degraded", degraded);
        return this;
    }

    /** How long one request waits for the store, reading and saving together; default 500 ms. */
    public SessionsBuilder saveWithin(Duration saveWithin) {
        this.saveWithin = Checks.positive("saveWithin", saveWithin);
        return this;
    }

    /**
     * How many sessions this process keeps, the least recently used going first: all of them without a shared store, else the copies for
     * when it does not answer. At least 1, default 10,000.
     */
    public SessionsBuilder maximumLocalSessions(int maximumLocalSessions) {
        this.maximumLocalSessions = Checks.atLeast("maximumLocalSessions", maximumLocalSessions, 1);
        return this;
    }

    /**
     * How long after {@code changeSessionId} requests that are under way with the old identifier are still served, up to a minute;
     * default 10 seconds, zero is not at all. They see the session as it was before the change, and what they change goes into the new one; so
     * whoever knew the old identifier never sees what a login puts into the session.
     */
    public SessionsBuilder rotationGrace(Duration rotationGrace) {
        this.rotationGrace = Checks.notNegative("rotationGrace", rotationGrace);
        return this;
    }

    /** A clock, for tests. */
    public SessionsBuilder clock(Clock clock) {
        this.clock = Checks.present("clock", clock);
        return this;
    }

    /**
     * The sessions.
     *
     * @throws dev.headroom.config.ConfigurationException with all that is wrong
     */
    public Sessions build() {
        Checks.that(memcached == null || store == null, "store", "given beside memcached", "one of the two");
        SessionOptions options = new SessionOptions(
                idle, absolute, keyPrefix, cookie, ignore, degraded, saveWithin, maximumLocalSessions, rotationGrace);
        return new DefaultSessions(
                options, chosenStore(), codec != null ? codec : Codecs.tlv().build(), clock);
    }

    private SessionStore chosenStore() {
        if (store != null) {
            return store;
        }
        return memcached != null
                ? new MemcachedSessionStore(memcached)
                : new MemorySessionStore(maximumLocalSessions, clock);
    }
}
