package dev.headroom.examples.storm.stampede;

import dev.headroom.examples.storm.output.Latencies;
import dev.headroom.examples.storm.output.Tally;
import java.util.Optional;

/**
 * What happened at one expiry.
 *
 * @param number from 1
 * @param asked requests
 * @param loads of the front page, by all instances
 * @param mostLoads of the front page, by the instance with the most
 * @param expiries how often the page may have expired meanwhile: 1, unless the answers took longer than it is fresh
 * @param accepted answers with the page
 * @param shed orderly refusals
 * @param errors everything else
 * @param latencies of all answers, from the moment that all clients asked
 */
record Round(
        int number,
        long asked,
        long loads,
        long mostLoads,
        long expiries,
        long accepted,
        long shed,
        Tally errors,
        Latencies latencies) {
    /** Why this is more loads than single flight needs, if it is; instances that share their cache need one among them. */
    Optional<String> tooManyLoads(int instances, boolean shared) {
        return (shared ? loads : mostLoads) > expiries
                ? Optional.of("expiry " + number + ": " + loads + " loads by " + instances + " instance(s)")
                : Optional.empty();
    }
}
