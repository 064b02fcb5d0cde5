package dev.headroom.cache;

import dev.headroom.Deadline;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a loader knows of the value before it, and may say of the one it loads. Good for one call of the loader, on its thread.
 *
 * <pre>{@code
 * Product product = products.get(id, (key, context) -> {
 *     Response answer = catalog.fetch(key, context.etag());
 *     if (answer.notModified()) {
 *         return context.notModified();
 *     }
 *     context.etag(answer.etag()).tags("category:" + answer.category());
 *     return answer.product();
 * });
 * }</pre>
 */
public interface LoadContext<V extends @Nullable Object> {
    /**
     * The value there was, past its freshness or refreshed before its end, for a loader that makes the next one of it. Never one that was invalidated, in whichever JVM: where
     * several share a tier it is the tier's, whatever this JVM holds, and there is none while the tier can't be asked or if it has lost it. What is made of it is as
     * good as it is, and has its tags beside those that the loader names: a tag or a cache that was dropped since then, or is being dropped, takes it along.
     */
    Optional<V> stale();

    /** What {@link #etag(String)} said of the value there was; there even if {@link #stale} is not, for the source knows whether it is still true. */
    Optional<String> etag();

    /** How long the value is fresh, instead of what the call said. */
    LoadContext<V> fresh(Duration fresh);

    /** How long the value lives, instead of what the call said. */
    LoadContext<V> options(EntryOptions options);

    /**
     * Names under which the value can be dropped together with others ({@link Cache#invalidateTag}); at most 64. A value that was made of {@link #stale()} is not shared
     * with other JVMs if it has a tag that the tier did not know yet, for nobody can tell whether that was dropped since the former was loaded: the next load is
     * told of none, and is shared.
     *
     * @throws dev.headroom.config.ConfigurationException if one is blank
     */
    LoadContext<V> tags(String... tags);

    /** What the source can be asked with later whether the value has changed. */
    LoadContext<V> etag(String etag);

    /**
     * The value there was, for another time of freshness, with its tags.
     *
     * @throws IllegalStateException if there is neither {@link #etag()} nor {@link #stale()}
     */
    V notModified();

    /** Answers who waits for this load and stores nothing. */
    LoadContext<V> doNotCache();

    /** Until when the caller wants its answer; empty in the background. */
    Optional<Deadline> deadline();
}
