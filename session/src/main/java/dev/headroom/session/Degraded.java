package dev.headroom.session;

/** What a request gets while the shared store does not answer. */
public enum Degraded {
    /**
     * The copy that this server saw last, and a new session where it saw none. Changes are kept here and, when the store is back, written to it
     * attribute by attribute at the session's next request on this server. What other servers change meanwhile is not seen, and is lost for
     * attributes that are changed here too.
     */
    LOCAL_COPY,
    /** No session: {@code getSession} throws {@link SessionUnavailableException}. Requests that don't ask for it are served. */
    FAIL
}
