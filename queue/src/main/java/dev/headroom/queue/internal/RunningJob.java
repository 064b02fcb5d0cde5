package dev.headroom.queue.internal;

import dev.headroom.queue.JobContext;
import java.sql.Connection;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What a handler sees of its job. */
record RunningJob(Assignment assignment, @Nullable Connection lent, BooleanSupplier stop) implements JobContext {
    @Override
    public long id() {
        return assignment.job.id();
    }

    @Override
    public String name() {
        return assignment.job.kind();
    }

    @Override
    public int attempt() {
        return assignment.job.attempt();
    }

    @Override
    public int attempts() {
        return assignment.job.maxAttempts();
    }

    @Override
    public String idempotencyKey() {
        return assignment.job.kind() + ":" + assignment.job.id();
    }

    @Override
    public boolean stopping() {
        return stop.getAsBoolean();
    }

    @Override
    public boolean cancelled() {
        return assignment.cancelled();
    }

    @Override
    public Connection connection() {
        if (lent == null) {
            throw new IllegalStateException(
                    "tx of " + assignment.job.kind() + ": NONE (expected: COMPLETE_IN_TX, to have a connection)");
        }
        return lent;
    }
}
