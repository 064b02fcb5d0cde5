package dev.headroom.cache.jcache;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Notices which keys are written to or removed while their values are on their way from the source. */
final class Watch {
    private final Set<Object> changed = ConcurrentHashMap.newKeySet();
    private final Set<?> keys;
    private volatile boolean cleared;

    Watch(Set<?> keys) {
        this.keys = keys;
    }

    void change(Object key) {
        if (keys.contains(key)) {
            changed.add(key);
        }
    }

    void clear() {
        cleared = true;
    }

    /** Asked under the key's lock. */
    boolean overtaken(Object key) {
        return cleared || changed.contains(key);
    }
}
