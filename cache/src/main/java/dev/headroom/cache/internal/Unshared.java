package dev.headroom.cache.internal;

import dev.headroom.cache.internal.CacheCounts.Shared;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What of a shared cache can't be shared: counted each time, said once for each type. */
final class Unshared {
    private static final Logger LOG = LoggerFactory.getLogger(Unshared.class);
    private static final int MOST_TYPES = 100;

    private final String cache;
    private final Duration localFresh;
    private final CacheCounts counts;
    private final Set<String> said = ConcurrentHashMap.newKeySet();

    Unshared(String cache, Duration localFresh, CacheCounts counts) {
        this.cache = cache;
        this.localFresh = localFresh;
        this.counts = counts;
    }

    /** The key's text, null if it has none. */
    @Nullable String text(Object key) {
        String text = KeyText.of(key);
        if (text == null) {
            counts.shared(Shared.NOT_KEYED);
            say("keys", key, "expected: texts, numbers, UUIDs, enums, booleans or lists of these");
        }
        return text;
    }

    void notEncoded(@Nullable Object value, String why) {
        counts.shared(Shared.NOT_ENCODED);
        say("values", value, why);
    }

    void tooLarge(@Nullable Object value, String why) {
        counts.shared(Shared.TOO_LARGE);
        say("values", value, why);
    }

    private void say(String what, @Nullable Object of, String why) {
        String type = of == null ? "null" : of.getClass().getName();
        if (said.size() < MOST_TYPES && said.add(what + ' ' + type)) {
            LOG.warn(
                    "cache {}: {} of {} are not shared: {}; each JVM loads them for itself and serves them for {} at most",
                    cache,
                    what,
                    type,
                    why,
                    localFresh);
        }
    }
}
