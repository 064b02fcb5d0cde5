package dev.headroom.queue.internal;

import dev.headroom.queue.JobContext;
import dev.headroom.queue.internal.sql.ClaimedJob;
import java.sql.Connection;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What a handler sees of its job. */
record RunningJob(ClaimedJob job, @Nullable Connection lent, BooleanSupplier stop) implements JobContext {
    @Override
    public long id() {
        return job.id();
    }

    @Override
    public String name() {
        return job.kind();
    }

    @Override
    public int attempt() {
        return job.attempt();
    }

    @Override
    public int attempts() {
        return job.maxAttempts();
    }

    @Override
    public String idempotencyKey() {
        return job.kind() + ":" + job.id();
    }

    @Override
    public boolean stopping() {
        return stop.getAsBoolean();
    }

    @Override
    public Connection connection() {
        if (lent == null) {
            throw new IllegalStateException(
                    "tx of " + job.kind() + ": NONE (expected: COMPLETE_IN_TX, to have a connection)");
        }
        return lent;
    }
}
