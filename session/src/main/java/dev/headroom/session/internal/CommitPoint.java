package dev.headroom.session.internal;

import jakarta.servlet.http.HttpServletResponse;

/** Counts a response's body and calls the session before the byte that makes the container send the head. */
final class CommitPoint {
    private final HttpServletResponse response;
    private final RequestSession sessions;
    private long contentLength = -1;
    private long written;
    private boolean reached;

    CommitPoint(HttpServletResponse response, RequestSession sessions) {
        this.response = response;
        this.sessions = sessions;
    }

    void contentLength(long length) {
        contentLength = length;
    }

    /** So many bytes at most are about to be written. */
    void writing(long bytes) {
        if (reached) {
            return;
        }
        written += bytes;
        boolean complete = contentLength >= 0 && written >= contentLength;
        if (complete || written >= response.getBufferSize()) {
            now();
        }
    }

    /** The head is about to be sent. */
    void now() {
        reached = true;
        sessions.beforeCommit();
    }

    /** The head is about to be sent, and more may still be done to the session. */
    void maybeNow() {
        sessions.beforeCommit();
    }

    void bodyLost() {
        written = 0;
        reached = response.isCommitted();
    }

    void headLost() {
        contentLength = -1;
        bodyLost();
        sessions.headersLost();
    }
}
