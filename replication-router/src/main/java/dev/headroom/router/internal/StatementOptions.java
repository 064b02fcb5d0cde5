package dev.headroom.router.internal;

import dev.headroom.router.LintFinding;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of statements.
 *
 * @param digest how many shapes are counted, 0 for none
 * @param lint who is told of findings, null for nobody
 */
public record StatementOptions(int digest, @Nullable Consumer<LintFinding> lint) {
    /** Nothing. */
    public static StatementOptions none() {
        return new StatementOptions(0, null);
    }

    public StatementOptions withDigest(int shapes) {
        return new StatementOptions(shapes, lint);
    }

    public StatementOptions withLintToLog(String router) {
        return withLint(Lint.toLog(router));
    }

    public StatementOptions withLint(Consumer<LintFinding> to) {
        return new StatementOptions(digest, to);
    }
}
