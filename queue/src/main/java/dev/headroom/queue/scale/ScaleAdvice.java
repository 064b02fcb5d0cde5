package dev.headroom.queue.scale;

/**
 * What to do about the number of servers now; {@link ScaleAction#HOLD} is the most frequent advice.
 *
 * @param action whether to launch, to terminate or neither
 * @param servers how many; 0 with {@link ScaleAction#HOLD}
 * @param node the node to drain and stop, empty unless one is to go: the one launched last
 * @param reason which rule said so, with its figures
 * @param floor the fewest servers that the calendar asks for at this time
 * @param load what the advice was made from
 */
public record ScaleAdvice(ScaleAction action, int servers, String node, String reason, int floor, ClusterLoad load) {
    static ScaleAdvice hold(String reason, int floor, ClusterLoad load) {
        return new ScaleAdvice(ScaleAction.HOLD, 0, "", reason, floor, load);
    }
}
