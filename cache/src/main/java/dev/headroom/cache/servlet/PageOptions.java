package dev.headroom.cache.servlet;

import dev.headroom.cache.spi.SharedTier;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/** What {@link PageCacheBuilder} collected. */
record PageOptions(
        Predicate<HttpServletRequest> only,
        Predicate<HttpServletRequest> loggedIn,
        boolean loggedInToo,
        Function<HttpServletRequest, String> keyPart,
        List<String> ignoredParameters,
        long maximumPages,
        int maximumBody,
        Optional<Duration> freshByDefault,
        Duration staleWhileRevalidate,
        Duration staleIfError,
        Duration longestFresh,
        Duration passFor,
        Duration waitAtMost,
        Optional<SharedTier> shared) {}
