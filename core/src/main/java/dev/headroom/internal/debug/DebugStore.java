package dev.headroom.internal.debug;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** Keeps the logs of the last debugged requests by trace id, until newer ones push them out. */
public final class DebugStore {
    private static final int MOST = 50;

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, RequestDebugLog> logs = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, RequestDebugLog> eldest) {
            return size() > MOST;
        }
    };

    /** Keeps a log; of two with one trace id, the newer. */
    public void keep(String traceId, RequestDebugLog log) {
        lock.lock();
        try {
            logs.put(traceId, log);
        } finally {
            lock.unlock();
        }
    }

    /** The log of this trace, empty when it never was or is gone. */
    public Optional<RequestDebugLog> find(String traceId) {
        lock.lock();
        try {
            return Optional.ofNullable(logs.get(traceId));
        } finally {
            lock.unlock();
        }
    }
}
