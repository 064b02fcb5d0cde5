package dev.headroom.router.internal;

import dev.headroom.router.internal.dialect.AutoDialect;
import dev.headroom.router.spi.ReplicationDialect;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntUnaryOperator;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A router's options, all checked.
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
     */
    public record Sessions(
            String cookie,
            Duration ttl,
            boolean monotonicReads,
            @Nullable Duration pin) {
        /** How long the cookie lives. */
        public Duration life() {
            return pin == null ? ttl : pin;
        }
    }

    /** The defaults that the builder's Javadoc states. */
    public static RouterOptions defaults() {
        return new RouterOptions(
                new Probing(Duration.ofMillis(100), Duration.ofMillis(250)),
                new Reading(
                        Duration.ofMillis(500),
                        Duration.ofSeconds(30),
                        8,
                        2,
                        Duration.ofMillis(20),
                        Duration.ofMillis(100),
                        Duration.ofSeconds(1),
                        null),
                new Writing(Duration.ofSeconds(5)),
                new Sessions("headroom-position", Duration.ofSeconds(30), false, null),
                true,
                new AutoDialect(),
                System::nanoTime,
                bound -> ThreadLocalRandom.current().nextInt(bound));
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

    public RouterOptions withProbeEvery(Duration every) {
        return with(new Probing(every, probing.timeout()));
    }

    public RouterOptions withProbeTimeout(Duration timeout) {
        return with(new Probing(probing.every(), timeout));
    }

    public RouterOptions withStaleness(Duration soft, Duration hard) {
        Reading r = reading;
        return with(new Reading(
                soft,
                hard,
                r.primaryFallback,
                r.positionFallback,
                r.waitForReplica,
                r.acquireTimeout,
                r.maxWait,
                r.zone));
    }

    public RouterOptions withPrimaryFallback(int permits) {
        Reading r = reading;
        return with(new Reading(
                r.softLimit,
                r.hardLimit,
                permits,
                r.positionFallback,
                r.waitForReplica,
                r.acquireTimeout,
                r.maxWait,
                r.zone));
    }

    public RouterOptions withPositionFallback(int permits) {
        Reading r = reading;
        return with(new Reading(
                r.softLimit,
                r.hardLimit,
                r.primaryFallback,
                permits,
                r.waitForReplica,
                r.acquireTimeout,
                r.maxWait,
                r.zone));
    }

    public RouterOptions withWaitForReplica(Duration wait) {
        Reading r = reading;
        return with(new Reading(
                r.softLimit,
                r.hardLimit,
                r.primaryFallback,
                r.positionFallback,
                wait,
                r.acquireTimeout,
                r.maxWait,
                r.zone));
    }

    public RouterOptions withAcquireTimeout(Duration timeout) {
        Reading r = reading;
        return with(new Reading(
                r.softLimit,
                r.hardLimit,
                r.primaryFallback,
                r.positionFallback,
                r.waitForReplica,
                timeout,
                r.maxWait,
                r.zone));
    }

    public RouterOptions withMaxReadWait(Duration wait) {
        Reading r = reading;
        return with(new Reading(
                r.softLimit,
                r.hardLimit,
                r.primaryFallback,
                r.positionFallback,
                r.waitForReplica,
                r.acquireTimeout,
                wait,
                r.zone));
    }

    public RouterOptions withZone(@Nullable String own) {
        Reading r = reading;
        return with(new Reading(
                r.softLimit,
                r.hardLimit,
                r.primaryFallback,
                r.positionFallback,
                r.waitForReplica,
                r.acquireTimeout,
                r.maxWait,
                own));
    }

    public RouterOptions withFailoverWait(Duration wait) {
        return with(new Writing(wait));
    }

    public RouterOptions withAutoCommit(boolean mode) {
        return new RouterOptions(probing, reading, writing, sessions, mode, dialect, ticker, random);
    }

    public RouterOptions withPositionCookie(String name, Duration life) {
        return with(new Sessions(name, life, sessions.monotonicReads, sessions.pin));
    }

    public RouterOptions withMonotonicReads(boolean on) {
        return with(new Sessions(sessions.cookie, sessions.ttl, on, sessions.pin));
    }

    public RouterOptions withPin(Duration time) {
        return with(new Sessions(sessions.cookie, sessions.ttl, sessions.monotonicReads, time));
    }

    public RouterOptions withDialect(ReplicationDialect spoken) {
        return new RouterOptions(probing, reading, writing, sessions, autoCommit, spoken, ticker, random);
    }

    public RouterOptions withTicker(LongSupplier clock) {
        return new RouterOptions(probing, reading, writing, sessions, autoCommit, dialect, clock, random);
    }

    public RouterOptions withRandom(IntUnaryOperator source) {
        return new RouterOptions(probing, reading, writing, sessions, autoCommit, dialect, ticker, source);
    }

    private RouterOptions with(Probing changed) {
        return new RouterOptions(changed, reading, writing, sessions, autoCommit, dialect, ticker, random);
    }

    private RouterOptions with(Reading changed) {
        return new RouterOptions(probing, changed, writing, sessions, autoCommit, dialect, ticker, random);
    }

    private RouterOptions with(Writing changed) {
        return new RouterOptions(probing, reading, changed, sessions, autoCommit, dialect, ticker, random);
    }

    private RouterOptions with(Sessions changed) {
        return new RouterOptions(probing, reading, writing, changed, autoCommit, dialect, ticker, random);
    }
}
