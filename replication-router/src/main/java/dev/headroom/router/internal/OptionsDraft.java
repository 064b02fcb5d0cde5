package dev.headroom.router.internal;

import dev.headroom.router.internal.dialect.AutoDialect;
import dev.headroom.router.spi.ReplicationDialect;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntUnaryOperator;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * {@link RouterOptions} while they are collected, with the defaults that the builder's Javadoc states. It is the builder that checks them. Not
 * thread-safe.
 */
public final class OptionsDraft {
    public Duration probeEvery = Duration.ofMillis(100);
    public Duration probeTimeout = Duration.ofMillis(250);

    public Duration softLimit = Duration.ofMillis(500);
    public Duration hardLimit = Duration.ofSeconds(30);
    public int primaryFallback = 8;
    public int positionFallback = 2;
    public Duration waitForReplica = Duration.ofMillis(20);
    public Duration acquireTimeout = Duration.ofMillis(100);
    public Duration maxReadWait = Duration.ofSeconds(1);
    public @Nullable String zone;

    public Duration failoverWait = Duration.ofSeconds(5);

    public String cookie = "headroom-position";
    public Duration ttl = Duration.ofSeconds(30);
    public boolean monotonicReads;
    public @Nullable Duration pin;
    public boolean positionInSession;

    public boolean autoCommit = true;
    public ReplicationDialect dialect = new AutoDialect();
    public LongSupplier ticker = System::nanoTime;
    public IntUnaryOperator random = bound -> ThreadLocalRandom.current().nextInt(bound);

    /** The options as they are now. */
    public RouterOptions toOptions() {
        return new RouterOptions(
                new RouterOptions.Probing(probeEvery, probeTimeout),
                new RouterOptions.Reading(
                        softLimit,
                        hardLimit,
                        primaryFallback,
                        positionFallback,
                        waitForReplica,
                        acquireTimeout,
                        maxReadWait,
                        zone),
                new RouterOptions.Writing(failoverWait),
                new RouterOptions.Sessions(cookie, ttl, monotonicReads, pin, positionInSession),
                autoCommit,
                dialect,
                ticker,
                random);
    }
}
