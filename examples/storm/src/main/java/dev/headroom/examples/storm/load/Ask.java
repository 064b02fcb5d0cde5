package dev.headroom.examples.storm.load;

/**
 * A request to be made.
 *
 * @param path with its query
 * @param intended when it was to begin, on {@link System#nanoTime()}'s clock; latencies count from here
 */
public record Ask(String path, long intended) {}
