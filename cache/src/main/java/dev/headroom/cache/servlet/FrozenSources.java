package dev.headroom.cache.servlet;

import dev.headroom.cache.Cache;
import dev.headroom.cache.Lookup;
import dev.headroom.config.Checks;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The sources of visitors who get a snapshot for now, by the host in their {@code Referer}.
 *
 * <p>Instances that share a tier share them: what each knows lies there under one key. An instance that finds there less than it knows itself, for the
 * tier has lost it or two have written at once, writes what both know; for each host the higher version counts. An instance that can't reach the tier goes by what
 * it knows.
 */
final class FrozenSources {
    private static final String KEY = "all";
    private static final int MOST = 100;
    private static final Duration LONGEST = Duration.ofDays(7);
    private static final Pattern HOST = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?");

    private final Map<String, Source> sources = new ConcurrentHashMap<>();
    private final AtomicReference<Freeze.@Nullable All> seen = new AtomicReference<>();
    private final Cache<String, Freeze.All> shared;
    private final LongSupplier clock;

    FrozenSources(Cache<String, Freeze.All> shared, LongSupplier clock) {
        this.shared = shared;
        this.clock = clock;
    }

    /**
     * One source.
     *
     * @param freeze what is known of it
     * @param end when it ends, on the clock
     */
    record Source(Freeze freeze, long end) {
        String host() {
            return freeze.host();
        }

        String id() {
            return freeze.id();
        }

        Duration left(long now) {
            return Duration.ofNanos(Math.max(0, end - now));
        }

        private boolean covers(String visitorsFrom) {
            return visitorsFrom.equals(host()) || visitorsFrom.endsWith("." + host());
        }
    }

    void freeze(String host, Duration during) {
        String name = Checks.notBlank("host", host).strip().toLowerCase(Locale.ROOT);
        Checks.that(HOST.matcher(name).matches(), "host", host, "a host's name, such as news.example");
        Checks.that(Checks.positive("during", during).compareTo(LONGEST) <= 0, "during", during, "<= " + LONGEST);
        boolean fits =
                live().stream().filter(source -> !source.host().equals(name)).count() < MOST;
        Checks.that(fits, "host", host, "at most " + MOST + " at a time");
        change(name, during, false);
    }

    boolean thaw(String host) {
        String name = host.strip().toLowerCase(Locale.ROOT);
        boolean any = live().stream().anyMatch(source -> source.host().equals(name));
        if (any) {
            change(name, LONGEST, true);
        }
        return any;
    }

    private void change(String name, Duration during, boolean thawed) {
        sources.compute(name, (host, before) -> {
            long version = before == null ? 1 : before.freeze.version() + 1;
            Freeze changed = new Freeze(host, UUID.randomUUID().toString(), version, during, thawed);
            return new Source(changed, clock.getAsLong() + during.toNanos());
        });
        shared.put(KEY, known());
    }

    private Freeze.All known() {
        long now = clock.getAsLong();
        return new Freeze.All(sources.values().stream()
                .filter(source -> !source.left(now).isZero())
                .map(source -> {
                    Freeze freeze = source.freeze;
                    return new Freeze(freeze.host(), freeze.id(), freeze.version(), source.left(now), freeze.thawed());
                })
                .toList());
    }

    /**
     * One that has ended is known as thawed from then on: where the tier can't say how old a value is, what was written of it would otherwise count
     * anew each time it is read. All instances write the same, which any new freeze outranks.
     */
    private void tellOfThoseThatEnded() {
        long now = clock.getAsLong();
        boolean any = false;
        for (Source source : sources.values()) {
            if (!source.freeze.thawed() && source.left(now).isZero()) {
                Freeze freeze = source.freeze;
                Freeze ended = new Freeze(freeze.host(), "", freeze.version() + 1, LONGEST, true);
                any |= sources.replace(freeze.host(), source, new Source(ended, now + LONGEST.toNanos()));
            }
        }
        if (any) {
            shared.put(KEY, known());
        }
    }

    /** Takes over what other instances have written, and writes what they don't know. */
    @SuppressWarnings("ReferenceEquality") // another object is what was read anew
    private void compare() {
        tellOfThoseThatEnded();
        Freeze.All there = shared.get(KEY, key -> known());
        if (there == seen.getAndSet(there)) {
            return;
        }
        Duration age = shared.peek(KEY).map(Lookup::age).orElse(Duration.ZERO);
        long now = clock.getAsLong();
        there.sources().forEach(freeze -> {
            Source source = new Source(freeze, now + freeze.left().minus(age).toNanos());
            sources.merge(freeze.host(), source, (mine, theirs) -> theirs.freeze.outranks(mine.freeze) ? theirs : mine);
        });
        sources.values()
                .removeIf(source -> source.freeze.thawed() && source.left(now).isZero());
        boolean less = sources.values().stream()
                .anyMatch(mine -> there.sources().stream()
                        .noneMatch(theirs ->
                                theirs.host().equals(mine.host()) && theirs.id().equals(mine.id())));
        if (less) {
            shared.put(KEY, known());
        }
    }

    /** Those that have not ended. */
    List<Source> live() {
        compare();
        long now = clock.getAsLong();
        return sources.values().stream()
                .filter(source -> !source.freeze.thawed() && !source.left(now).isZero())
                .toList();
    }

    Duration left(Source source) {
        return source.left(clock.getAsLong());
    }

    Optional<Source> of(HttpServletRequest request) {
        String host = host(request.getHeader("Referer"));
        if (host.isEmpty()) {
            return Optional.empty();
        }
        compare();
        return sources.isEmpty()
                ? Optional.empty()
                : live().stream().filter(source -> source.covers(host)).findFirst();
    }

    private static String host(@Nullable String referer) {
        if (referer == null) {
            return "";
        }
        try {
            String host = new URI(referer.strip()).getHost();
            return host == null ? "" : host.toLowerCase(Locale.ROOT);
        } catch (URISyntaxException unreadable) {
            return "";
        }
    }
}
