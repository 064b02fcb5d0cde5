package dev.headroom.testkit;

/**
 * A server process of the test kit and the harm that can be done to it.
 *
 * <p>The faults are the real ones: {@link #suspend} sends {@code SIGSTOP}, so that connections stay open and nothing
 * answers; {@link #kill} sends {@code SIGKILL}. Every method returns when its effect has taken place. Implementations
 * are safe for use by several threads.
 *
 * <p>A service that was named in the environment runs outside the test kit: its address can be asked for, and every
 * other method throws {@link IllegalStateException}.
 */
public interface ServiceProcess {

    /** The name of the service in messages, for example {@code pg-1}. */
    String name();

    /** The host to connect to; {@code 127.0.0.1} for a service that the test kit started. */
    String host();

    /** The port to connect to; it stays the same over {@link #kill} and {@link #restart}. */
    int port();

    /**
     * The id of the server's main process.
     *
     * @throws IllegalStateException if the process does not run, or runs outside the test kit
     */
    long pid();

    /** Whether the process exists; a suspended one does. */
    boolean running();

    /**
     * Stops the process and its children with {@code SIGSTOP}: the kernel still accepts connections, nothing answers.
     * Has no effect when it is suspended already.
     *
     * @throws IllegalStateException if the process does not run, or runs outside the test kit
     */
    void suspend();

    /** Lets a suspended process continue ({@code SIGCONT}); has no effect on one that is not suspended. */
    void resume();

    /**
     * Ends the process and its children at once ({@code SIGKILL}), suspended or not. Has no effect when it does not run.
     */
    void kill();

    /** Ends the process in its orderly way, after resuming it. Has no effect when it does not run. */
    void stop();

    /**
     * Starts the process again on the same port and the same data and returns when it answers. One that still runs is
     * stopped first.
     *
     * @throws ServiceException if it does not come up
     */
    void restart();
}
