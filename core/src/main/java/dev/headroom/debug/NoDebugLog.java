package dev.headroom.debug;

import org.jspecify.annotations.Nullable;

/** Keeps nothing. */
enum NoDebugLog implements DebugLog {
    INSTANCE;

    @Override
    public boolean enabled() {
        return false;
    }

    @Override
    public void add(String area, String text, long nanos, @Nullable Throwable failure) {}
}
