package dev.headroom.servlet;

/**
 * What must happen before a response commits: a cookie that is known only when the work is done, a session that must be stored before its
 * client comes back. Handed to {@link CommitHooks#add}.
 *
 * <p>Called whenever the response is about to commit, or may be, and at the end of the request: too early does no harm, too late would
 * lose a header. So a hook looks at what has changed since it was called last, and does only that. It may be called on any thread that
 * writes the response; two of a request's threads that write at the same time may call it at the same time.
 */
@FunctionalInterface
public interface CommitHook {
    /**
     * The response is about to commit, or may be, or, if it tells so, has committed. What this throws is thrown to whoever was about to
     * write, after the other hooks were called.
     */
    void beforeCommit();

    /** The response was reset: the headers and cookies that were added are gone. Does nothing unless overridden. */
    default void headersLost() {}
}
