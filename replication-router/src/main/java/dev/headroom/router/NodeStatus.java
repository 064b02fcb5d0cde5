package dev.headroom.router;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * What the router knows of one node at one moment.
 *
 * @param name the node's name
 * @param role what it said it is
 * @param state whether it may be used
 * @param lag an upper bound of how far it is behind, zero for the primary, empty while unknown
 * @param inFlight units of work that hold one of its connections
 * @param reads read-only units it was given so far
 * @param writes other units it was given so far
 * @param zone the zone that it is in, empty where none is said
 * @param tags what it is kept for; with any, it takes no ordinary reads
 * @param lastFailure the last failed probe or connection, empty if there was none since the last good probe
 */
public record NodeStatus(
        String name,
        NodeRole role,
        NodeState state,
        Optional<Duration> lag,
        int inFlight,
        long reads,
        long writes,
        Optional<String> zone,
        Set<String> tags,
        Optional<String> lastFailure) {}
