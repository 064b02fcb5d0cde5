package dev.headroom.cache.internal;

import dev.headroom.Deadline;
import dev.headroom.RequestContext;
import dev.headroom.cache.EntryOptions;
import dev.headroom.cache.LoadContext;
import dev.headroom.config.Checks;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One call of a loader, and what it says of its value. */
final class Load implements LoadContext<@Nullable Object> {
    private final Prior prior;
    private final Set<String> tags = new LinkedHashSet<>();
    private EntryOptions options;
    private boolean changed;
    private boolean keep = true;
    private @Nullable String etag;
    private boolean follows;

    Load(EntryOptions options) {
        this(options, Prior.NONE);
    }

    Load(EntryOptions options, Prior prior) {
        this.options = options;
        this.prior = prior;
    }

    /** With the value that the loader returned. */
    Loaded ended(@Nullable Object value) {
        boolean fits = Envelope.fits(tags);
        Checks.that(fits, "tags", tags.size(), "at most 64");
        EntryOptions own = changed ? options : null;
        return new Loaded(value, keep, own, Set.copyOf(tags), etag, 0, Loaded.Origin.LOAD, null, follows);
    }

    @Override
    public Optional<@Nullable Object> stale() {
        Entry shown = prior.shown();
        if (shown == null) {
            return Optional.empty();
        }
        follows = true;
        tags.addAll(
                shown.tags); // dropping one of them drops what is made of it, whether its loader names it again or not
        return Optional.ofNullable(shown.value);
    }

    @Override
    public Optional<String> etag() {
        return Optional.ofNullable(prior.etag());
    }

    @Override
    public Load fresh(Duration fresh) {
        options = options.withFresh(fresh);
        changed = true;
        return this;
    }

    @Override
    public Load options(EntryOptions options) {
        this.options = Checks.present("options", options);
        changed = true;
        return this;
    }

    @Override
    public Load tags(String... tags) {
        for (String tag : List.of(tags)) {
            this.tags.add(Checks.notBlank("tag", tag));
        }
        return this;
    }

    @Override
    public Load etag(String etag) {
        this.etag = Checks.present("etag", etag);
        return this;
    }

    @Override
    public Object notModified() {
        Entry kept = prior.keepable();
        if (kept == null) {
            throw new IllegalStateException(
                    "notModified: there is no earlier value (expected: etag() or stale() present)");
        }
        if (etag == null) {
            etag = kept.etag;
        }
        follows |= kept.etag == null;
        tags.addAll(kept.tags);
        return Objects.requireNonNull(kept.value, "value");
    }

    @Override
    public Load doNotCache() {
        keep = false;
        return this;
    }

    @Override
    public Optional<Deadline> deadline() {
        return RequestContext.active().flatMap(RequestContext::deadline);
    }
}
