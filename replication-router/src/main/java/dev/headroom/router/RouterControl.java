package dev.headroom.router;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;

/**
 * What people do to a running {@link ReplicaRouter}: take a node out, stop all writes, give the primary's place to another node. Acts in this
 * JVM only: do it in every one. Thread-safe.
 *
 * <pre>{@code
 * RouterControl control = router.control();
 * if (control.drain("r1", Duration.ofMinutes(1))) {
 *     // nothing of this application runs on r1 now
 * }
 * control.resume("r1");
 * }</pre>
 */
public interface RouterControl {
    /**
     * Gives a replica no more units and waits for those that run on it. What was begun there goes on undisturbed; everybody else reads
     * from other replicas, or within the budget from the primary. Stays so until {@link #resume}, whatever is returned.
     *
     * @param node the node's name
     * @param within how long to wait; zero for not at all
     * @return whether nothing runs on it any more
     * @throws IllegalArgumentException if there is no such node, or it is the primary, which {@link #switchOver} replaces
     */
    boolean drain(String node, Duration within) throws InterruptedException;

    /**
     * Uses a drained node again; the primary, after a {@link #switchOver} that failed in its promotion.
     *
     * @throws IllegalArgumentException if there is no such node
     */
    void resume(String node);

    /**
     * Refuses all units that may write, at once, with {@link RouteRefusedException}, or takes them again. Transactions that were begun go on;
     * reads are not affected.
     */
    void refuseWrites(boolean refuse);

    /** Whether units that may write are refused. */
    boolean refusesWrites();

    /**
     * Gives the primary's place to a replica without a failed unit: holds new units that may write (they wait, up to the router's
     * {@code failoverWait}), waits for those that run to end and for the replica to have replayed all, runs the promotion, waits until the
     * replica says that it takes writes, and lets the held units go there. If a wait before the promotion fails, the held units go on where
     * they would have. If the promotion fails, or nothing is seen of it, it may have taken place nevertheless: writes stay held until a
     * promotion is seen, or somebody who knows that there was none calls {@link #resume} with the primary.
     *
     * <p>What runs is what holds a node's connection: a transaction until its end; in auto-commit mode whatever may have written, from its first
     * statement until its connection is closed or used again. A connection that is kept open and idles is waited for in vain.
     *
     * <p>Other processes follow by seeing who takes writes. With more than one, the promotion has to stop the former primary first (a fast
     * shutdown sends all of its log), or the others write to it meanwhile.
     *
     * @param to the replica's name
     * @param within how long each of the waits may take; should be less than {@code failoverWait}
     * @param promotion makes the replica the primary, for example by {@code select pg_promote()} on a connection of its own, and the
     *     former primary none
     * @throws IllegalArgumentException if there is no such node, or it is not a replica that follows the primary
     * @throws TimeoutException if a wait takes longer; says which one, and what is known of the nodes
     * @throws Exception what the promotion throws
     */
    void switchOver(String to, Duration within, Callable<?> promotion) throws Exception;
}
