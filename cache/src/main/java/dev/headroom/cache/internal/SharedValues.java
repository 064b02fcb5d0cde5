package dev.headroom.cache.internal;

import dev.headroom.cache.CacheOptions;
import dev.headroom.cache.EntryOptions;
import dev.headroom.cache.spi.SharedRead;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One cache's values as they lie in the shared tier: makes bytes of them and reads them again. */
final class SharedValues {
    private static final Logger LOG = LoggerFactory.getLogger(SharedValues.class);
    /** memcached counts in whole seconds. */
    private static final long ROUNDING = Duration.ofSeconds(1).toNanos();

    final Unshared unshared;
    private final String cache;
    private final CacheOptions options;
    private final Supplier<Type> type;

    SharedValues(String cache, CacheOptions options, Supplier<Type> type, Unshared unshared) {
        this.cache = cache;
        this.options = options;
        this.type = type;
        this.unshared = unshared;
    }

    /** Null if the value can't be shared. */
    byte @Nullable [] bytes(String text, Loaded loaded, long stamp, Envelope.Life life, int maximum) {
        try {
            byte[] value = loaded.value() == null ? null : options.codec().encode(loaded.value());
            String etag = loaded.etag() == null ? "" : loaded.etag();
            byte[] bytes = new Envelope(text, stamp, life, loaded.tags(), etag, value).bytes(options.compressFrom());
            if (bytes.length <= maximum) {
                return bytes;
            }
            unshared.tooLarge(loaded.value(), bytes.length + " bytes (expected: at most " + maximum + ")");
        } catch (RuntimeException unknown) {
            // Of a codec of the application's own too: the value is good, and so are those that are stored with it.
            unshared.notEncoded(loaded.value(), String.valueOf(unknown.getMessage()));
        }
        return null;
    }

    /** Null if there is none, or one that does not count any more, or one that would be fresh for longer than it may be. */
    @Nullable Found decoded(String text, SharedRead read, byte @Nullable [] dropOfAll) {
        byte[] bytes = read.value();
        Envelope envelope = bytes == null ? null : Envelope.of(bytes);
        if (envelope == null || !envelope.key().equals(text) || !Stamps.good(envelope.stamp(), dropOfAll)) {
            return null;
        }
        if (read.age().fresh().toNanos() - envelope.life().fresh().toNanos() > ROUNDING) {
            return null; // another's time was given to it
        }
        try {
            byte[] encoded = envelope.value();
            Object value = encoded == null ? null : options.codec().decode(encoded, type.get());
            return new Found(envelope, value, read.age(), read.version()).atMost(options.maximumAge());
        } catch (RuntimeException malformed) {
            LOG.debug("cache {}: a shared value can't be read: {}", cache, malformed.getMessage());
            return null;
        }
    }

    /**
     * What is held, if the very same lies in the tier and is fresh: then there is nothing to be read. A version alone doesn't tell, for a node that is started
     * again counts them from one; but then its counts of drops are of another life.
     */
    static @Nullable Entry unchanged(@Nullable Entry held, SharedRead read, byte @Nullable [] dropOfAll, long now) {
        byte[] bytes = read.value();
        if (held == null || bytes == null || held.version == 0 || held.version != read.version()) {
            return null;
        }
        boolean fresh = held.fresh(now) && read.age().known() && read.age().isFresh();
        boolean same = fresh && Envelope.bears(bytes, held.stamp);
        return same && Stamps.good(held.stamp, dropOfAll) ? held : null;
    }

    /** How long a value lives there. */
    Envelope.Life life(Loaded loaded, EntryOptions call) {
        EntryOptions live = loaded.options(call, options);
        return loaded.value() == null
                ? new Envelope.Life(live.negative(), Duration.ZERO, Duration.ZERO)
                : new Envelope.Life(jittered(live), live.staleWhileRevalidate(), live.staleIfError());
    }

    private static Duration jittered(EntryOptions live) {
        double cut = live.jitter() == 0 ? 0 : ThreadLocalRandom.current().nextDouble(live.jitter());
        return Duration.ofNanos((long) (live.fresh().toNanos() * (1 - cut)));
    }

    static @Nullable Found withGoodTags(@Nullable Found found, Stamps stamps, Map<String, byte[]> records) {
        return found != null && (found.tags().isEmpty() || found.tagsAreGood(stamps, records)) ? found : null;
    }
}
