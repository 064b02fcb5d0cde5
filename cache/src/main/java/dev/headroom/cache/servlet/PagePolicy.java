package dev.headroom.cache.servlet;

import dev.headroom.cache.EntryOptions;
import jakarta.servlet.http.HttpServletRequest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Whether a response may be kept, and for how long: RFC 9111 for a shared cache, RFC 5861 for what is stale. */
final class PagePolicy {
    private static final Set<Integer> KEPT = Set.of(200, 203, 204, 301, 308, 404, 410);

    private final PageOptions options;

    PagePolicy(PageOptions options) {
        this.options = options;
    }

    /** How the response is kept; empty if it is not. A frozen page needs no word on freshness: the rule says how long. */
    Optional<EntryOptions> judge(
            int status, Map<String, List<String>> headers, HttpServletRequest request, Optional<Duration> frozenFor) {
        CacheControl control = CacheControl.of(all(headers, "Cache-Control"));
        boolean forbidden = !KEPT.contains(status)
                || control.has("no-store")
                || control.has("private")
                || headers.containsKey("Set-Cookie")
                || headers.containsKey("Content-Range")
                || vary(headers).contains("*")
                || forOneVisitor(control, request);
        if (forbidden) {
            return Optional.empty();
        }
        if (frozenFor.isPresent()) {
            return Optional.of(
                    EntryOptions.defaults().withFresh(frozenFor.get()).withJitter(0));
        }
        Duration fresh = shorter(control.has("no-cache") ? Duration.ZERO : fresh(control, headers));
        return fresh.isZero() ? Optional.empty() : Optional.of(kept(control, fresh));
    }

    /** The headers the page depends on, in lower case, without repetitions, in alphabetical order. */
    static List<String> vary(Map<String, List<String>> headers) {
        Set<String> names = new TreeSet<>();
        for (String value : all(headers, "Vary")) {
            for (String name : value.split(",")) {
                if (!name.isBlank()) {
                    names.add(name.strip().toLowerCase(Locale.ROOT));
                }
            }
        }
        return new ArrayList<>(names);
    }

    private static boolean forOneVisitor(CacheControl control, HttpServletRequest request) {
        boolean known = request.getHeader("Authorization") != null || request.getUserPrincipal() != null;
        return known && !control.has("public") && !control.has("s-maxage");
    }

    private Duration fresh(CacheControl control, Map<String, List<String>> headers) {
        Optional<Duration> said = control.seconds("s-maxage").or(() -> control.seconds("max-age"));
        if (said.isPresent()) {
            return said.get();
        }
        List<String> expires = all(headers, "Expires");
        return expires.isEmpty() ? options.freshByDefault().orElse(Duration.ZERO) : until(expires.get(0));
    }

    private static Duration until(String date) {
        try {
            Instant end = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            Duration left = Duration.between(Instant.now(), end);
            return left.isNegative() ? Duration.ZERO : left;
        } catch (DateTimeException alreadyExpired) {
            return Duration.ZERO;
        }
    }

    private EntryOptions kept(CacheControl control, Duration fresh) {
        EntryOptions entry = EntryOptions.defaults().withFresh(fresh).withJitter(0);
        if (control.has("must-revalidate") || control.has("proxy-revalidate") || control.has("s-maxage")) {
            // s-maxage implies proxy-revalidate, unless the response says itself what may be served stale.
            return entry.withStaleWhileRevalidate(shorter(said(control, "stale-while-revalidate")))
                    .withStaleIfError(shorter(said(control, "stale-if-error")));
        }
        return entry.withStaleWhileRevalidate(
                        shorter(control.seconds("stale-while-revalidate").orElse(options.staleWhileRevalidate())))
                .withStaleIfError(shorter(control.seconds("stale-if-error").orElse(options.staleIfError())));
    }

    private static Duration said(CacheControl control, String directive) {
        boolean strict = control.has("must-revalidate") || control.has("proxy-revalidate");
        return strict ? Duration.ZERO : control.seconds(directive).orElse(Duration.ZERO);
    }

    private Duration shorter(Duration duration) {
        return duration.compareTo(options.longestFresh()) < 0 ? duration : options.longestFresh();
    }

    private static List<String> all(Map<String, List<String>> headers, String name) {
        return headers.getOrDefault(name, List.of());
    }
}
