package dev.headroom.router.internal;

import dev.headroom.RequestContext;
import dev.headroom.debug.DebugLog;
import dev.headroom.router.LintFinding;
import dev.headroom.router.QueryDigest;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Looks at statements for the digest, the lint and the request's debug log; costs next to nothing when none of them is on. */
final class StatementWatch {
    /** Nobody wants to know how long it takes. */
    static final long NOT_TIMED = 0;

    private final @Nullable Digest digest;
    private final @Nullable Lint lint;

    StatementWatch(StatementOptions options, List<String> nodes) {
        Consumer<LintFinding> findings = options.lint();
        this.digest = options.digest() == 0 ? null : new Digest(options.digest(), nodes);
        this.lint = findings == null ? null : new Lint(findings);
    }

    /** A statement begins. @return when, or {@link #NOT_TIMED} */
    long begin(String sql, Lease of) {
        if (lint != null) {
            lint.look(sql, of.readOnly(), of.node().name());
        }
        return digest != null || RequestContext.currentDebug().enabled() ? System.nanoTime() | 1 : NOT_TIMED;
    }

    /** A statement that began then has ended. */
    void end(String sql, Lease of, long startedAt, @Nullable SQLException failure) {
        long nanos = System.nanoTime() - startedAt;
        if (digest != null) {
            digest.add(sql, of.node().name(), nanos, failure != null);
        }
        DebugLog debug = RequestContext.currentDebug();
        if (debug.enabled()) {
            debug.add("db", "[" + of.node().name() + "] " + sql, nanos, failure);
        }
    }

    boolean digests() {
        return digest != null;
    }

    List<QueryDigest> digest() {
        return digest == null ? List.of() : digest.read();
    }
}
