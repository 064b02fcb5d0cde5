package dev.headroom.throttle.internal;

/**
 * What was measured in one window.
 *
 * @param successes how many succeeded
 * @param dropped how many were dropped
 * @param mean the mean latency of the successes, nanoseconds
 * @param busiest the most that was in flight
 * @param refused whether anything was refused for want of a place
 */
record Sample(long successes, long dropped, double mean, int busiest, boolean refused) {}
