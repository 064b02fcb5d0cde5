package dev.headroom;

import java.time.Duration;

/**
 * A part that is plugged into a {@link Headroom}; the one thing to implement to plug in.
 *
 * <p>Life: {@link #contribute} for every component, then {@link #connect} for every component, in the order of plugging; then
 * {@link #start}. On the way out {@link #drain}, then {@link #close}, both in reverse order. A component also works without a
 * {@code Headroom}: then nobody calls {@code contribute} or {@code connect}. Plugging one component into two applications is misuse.
 */
public interface Component extends AutoCloseable {
    /** The component's name in logs, the console and errors, for example {@code queue}. */
    String name();

    /** Says what this component gives to the others. */
    default void contribute(Contributions to) {}

    /** Hands over what the others give. Called once, before the component is used through the application. */
    default void connect(Contracts contracts) {}

    /** Starts background work, if there is any that is not started already. */
    default void start() {}

    /**
     * Stops taking new work, hands back what is not started, finishes what is.
     *
     * @param within how long it may take
     */
    default void drain(Duration within) throws InterruptedException {}

    /** Frees everything; a second call does nothing. */
    @Override
    void close();
}
