package dev.headroom.cache.servlet;

import dev.headroom.config.Checks;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

/** The sources of visitors who get a snapshot for now, by the host in their {@code Referer}. */
final class FrozenSources {
    private static final int MOST = 100;
    private static final Duration LONGEST = Duration.ofDays(7);
    private static final Pattern HOST = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?");

    private final List<Source> sources = new CopyOnWriteArrayList<>();
    private final LongSupplier clock;

    FrozenSources(LongSupplier clock) {
        this.clock = clock;
    }

    /**
     * One source.
     *
     * @param host its host; hosts below it count too
     * @param id makes the keys of its snapshots
     * @param end when it ends, on the clock
     */
    record Source(String host, String id, long end) {
        Duration left(long now) {
            return Duration.ofNanos(Math.max(0, end - now));
        }
    }

    void freeze(String host, Duration during) {
        String name = Checks.notBlank("host", host).strip().toLowerCase(Locale.ROOT);
        Checks.that(HOST.matcher(name).matches(), "host", host, "a host's name, such as news.example");
        Checks.that(Checks.positive("during", during).compareTo(LONGEST) <= 0, "during", during, "<= " + LONGEST);
        thaw(name);
        live();
        Checks.that(sources.size() < MOST, "host", host, "at most " + MOST + " at a time");
        sources.add(new Source(name, UUID.randomUUID().toString(), clock.getAsLong() + during.toNanos()));
    }

    boolean thaw(String host) {
        String name = host.strip().toLowerCase(Locale.ROOT);
        return sources.removeIf(source -> source.host.equals(name));
    }

    /** Those that have not ended. */
    List<Source> live() {
        long now = clock.getAsLong();
        sources.removeIf(source -> source.left(now).isZero());
        return List.copyOf(sources);
    }

    Duration left(Source source) {
        return source.left(clock.getAsLong());
    }

    Optional<Source> of(HttpServletRequest request) {
        if (sources.isEmpty()) {
            return Optional.empty();
        }
        String host = host(request.getHeader("Referer"));
        if (host.isEmpty()) {
            return Optional.empty();
        }
        return live().stream()
                .filter(source -> host.equals(source.host) || host.endsWith("." + source.host))
                .findFirst();
    }

    private static String host(@org.jspecify.annotations.Nullable String referer) {
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
