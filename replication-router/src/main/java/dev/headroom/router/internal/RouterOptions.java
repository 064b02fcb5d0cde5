package dev.headroom.router.internal;

import dev.headroom.router.spi.ReplicationDialect;
import java.time.Duration;
import java.util.function.IntUnaryOperator;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A router's options, all checked; collected by {@link OptionsDraft}.
 *
 * @param probing how nodes are probed
 * @param reading how reads find a node
 * @param writing how writes find the primary
 * @param sessions what clients are shown
 * @param autoCommit the mode of new connections
 * @param dialect how nodes tell roles and positions
 * @param ticker the monotonic clock
 * @param random picks a number below its argument
 */
public record RouterOptions(
        Probing probing,
        Reading reading,
        Writing writing,
        Sessions sessions,
        boolean autoCommit,
        ReplicationDialect dialect,
        LongSupplier ticker,
        IntUnaryOperator random) {
    /**
     * How nodes are probed.
     *
     * @param every the interval
     * @param timeout by when a node must have answered
     */
    public record Probing(Duration every, Duration timeout) {}

    /**
     * How reads find a node.
     *
     * @param softLimit staleness up to which a replica is used
     * @param hardLimit staleness up to which it is used when the primary can't be
     * @param primaryFallback permits for diverted reads
     * @param positionFallback further permits for those whose position no replica has reached
     * @param waitForReplica how long to wait for a replica to catch up
     * @param acquireTimeout how long to wait for one pool
     * @param maxWait how long to look for a node at all
     * @param zone the application's own zone, null for none
     */
    public record Reading(
            Duration softLimit,
            Duration hardLimit,
            int primaryFallback,
            int positionFallback,
            Duration waitForReplica,
            Duration acquireTimeout,
            Duration maxWait,
            @Nullable String zone) {}

    /**
     * How writes find the primary.
     *
     * @param failoverWait how long to wait for one
     */
    public record Writing(Duration failoverWait) {}

    /**
     * What clients are shown.
     *
     * @param cookie the cookie's name
     * @param ttl how long the cookie lives when it carries positions
     * @param monotonicReads whether tokens cover what was read, too
     * @param pin for how long the primary is read after a write, in place of positions; null for positions
     * @param httpSession whether the HTTP session carries positions as well
     */
    public record Sessions(
            String cookie,
            Duration ttl,
            boolean monotonicReads,
            @Nullable Duration pin,
            boolean httpSession) {
        /** How long the cookie lives. */
        public Duration life() {
            return pin == null ? ttl : pin;
        }
    }

    /** How often a node is probed. */
    public Duration probeEvery() {
        return probing.every();
    }

    /** By when a node must have answered. */
    public Duration probeTimeout() {
        return probing.timeout();
    }

    /** Staleness up to which a replica is used. */
    public Duration softLimit() {
        return reading.softLimit();
    }

    /** Staleness up to which a replica is used when the primary can't be. */
    public Duration hardLimit() {
        return reading.hardLimit();
    }

    /** Whether tokens cover what was read, too. */
    public boolean monotonicReads() {
        return sessions.monotonicReads();
    }
}
