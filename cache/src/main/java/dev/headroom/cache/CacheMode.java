package dev.headroom.cache;

import dev.headroom.config.ConfigurationException;
import java.util.Locale;

/** How much a {@link Caches} does; may be changed while it runs. */
public enum CacheMode {
    /** Everything: one load for many callers, stale values where allowed, early refresh. */
    ON,
    /**
     * A plain time-to-live and nothing else: every caller who finds no fresh value loads. What most caches do; there to show what a
     * stampede is.
     */
    NAIVE,
    /** Nothing is read and nothing kept: every call loads. Invalidations are still obeyed. */
    OFF;

    /**
     * The mode of this name, in any case.
     *
     * @param option the option's name, for the message
     * @throws ConfigurationException if there is none
     */
    public static CacheMode of(String option, String text) {
        for (CacheMode mode : values()) {
            if (mode.name().equals(text.strip().toUpperCase(Locale.ROOT))) {
                return mode;
            }
        }
        throw new ConfigurationException(option, text, "on, naive or off");
    }
}
