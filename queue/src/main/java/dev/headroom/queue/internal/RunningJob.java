package dev.headroom.queue.internal;

import dev.headroom.config.Checks;
import dev.headroom.queue.JobContext;
import dev.headroom.queue.JobProgress;
import dev.headroom.queue.JobQueue;
import dev.headroom.queue.Tx;
import dev.headroom.queue.batch.BatchProgress;
import java.sql.Connection;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a handler sees of its job.
 *
 * @param stepsDone the names of the steps that this run has come to the end of
 */
record RunningJob(
        JobQueue jobQueue,
        Store store,
        JsonPayloads payloads,
        Assignment assignment,
        Kind kind,
        @Nullable Connection lent,
        BooleanSupplier stop,
        Set<String> stepsDone)
        implements JobContext {
    private static final int LONGEST_STEP = 190;
    private static final int LONGEST_NOTE = 500;

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
    public int maxAttempts() {
        return assignment.job.maxAttempts();
    }

    @Override
    public String idempotencyKey() {
        return assignment.job.kind() + ":" + assignment.job.id() + ":"
                + Long.toString(assignment.job.createdMicros(), Character.MAX_RADIX);
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
    public <T> T step(String name, Class<T> type, Callable<T> work) throws Exception {
        notLocked("step");
        Checks.present("type", type);
        String what = "step " + Checks.notBlank("step", name) + " of " + name();
        int length = name.length();
        Checks.that(length <= LONGEST_STEP, "step", length + " characters", "at most " + LONGEST_STEP + " characters");
        Checks.that(!stepsDone.contains(name), "step", name, "a name that no other step of " + name() + " has");
        Optional<String> known = store.call("ask for a step", connection -> store.steps.find(connection, id(), name));
        assignment.stepped();
        if (known.isPresent()) {
            T before = type.cast(payloads.read(what, type, known.get()));
            stepsDone.add(name);
            return before;
        }
        T result = Checks.present(what, work.call());
        String text = payloads.write(what, result);
        if (!store.call("keep a step", connection -> store.steps.keep(connection, assignment.job, name, text))) {
            throw new IllegalStateException(
                    what + ": done, but the lease was lost (expected: held); another node runs the job");
        }
        stepsDone.add(name);
        return result;
    }

    @Override
    public void step(String name, Action work) throws Exception {
        step(name, Boolean.class, () -> {
            work.run();
            return true;
        });
    }

    @Override
    public Optional<BatchProgress> batch() {
        if (!assignment.job.batched()) {
            return Optional.empty();
        }
        return store.call("ask for a job's batch", connection -> {
            OptionalLong batch = store.batches.batchOf(connection, id());
            return batch.isPresent() ? store.batches.progress(connection, batch.getAsLong()) : Optional.empty();
        });
    }

    @Override
    public void progress(double share, String note) {
        notLocked("progress");
        if (!kind.track()) {
            throw new IllegalStateException(
                    "track of " + assignment.job.kind() + ": false (expected: true, to have progress)");
        }
        Checks.between("share", share, 0, 1);
        int length = Checks.present("note", note).length();
        Checks.that(length <= LONGEST_NOTE, "note", length + " characters", "at most " + LONGEST_NOTE + " characters");
        JobProgress progress = new JobProgress(share, note);
        store.call("keep a job's progress", connection -> {
            if (!store.results.progress(connection, assignment.job, progress)) {
                // Enqueued by a process whose code does not track the kind yet; or the lease was lost, and nothing is
                // kept.
                store.results.openIfAbsent(connection, id(), name());
                store.results.progress(connection, assignment.job, progress);
            }
            return true;
        });
    }

    /** What is written beside the job's transaction can't see that it runs. */
    private void notLocked(String what) {
        if (kind.tx() == Tx.LOCK_IN_TX) {
            throw new IllegalStateException(
                    "tx of " + name() + ": LOCK_IN_TX (expected: NONE or COMPLETE_IN_TX, to have a " + what + ")");
        }
    }

    @Override
    public Connection connection() {
        if (lent == null) {
            throw new IllegalStateException(
                    "tx of " + name() + ": NONE (expected: COMPLETE_IN_TX or LOCK_IN_TX, to have a connection)");
        }
        return lent;
    }
}
