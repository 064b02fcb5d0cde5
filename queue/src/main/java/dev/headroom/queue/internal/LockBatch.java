package dev.headroom.queue.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The jobs that one transaction has locked, and what became of those that it ran. Used by the thread alone that runs them. */
final class LockBatch {
    private static final ThreadLocal<@Nullable LockBatch> CURRENT = new ThreadLocal<>();

    final Claims.Locked locked;
    final List<Settled> done = new ArrayList<>();
    final List<Map.Entry<Settled, Long>> took = new ArrayList<>();

    /** The one that ended otherwise; nothing runs after it. */
    @Nullable Settled last;

    boolean written;
    boolean freed;
    int lent;
    private long began;
    private long ended;

    LockBatch(Claims.Locked locked) {
        this.locked = locked;
    }

    void begin() {
        began = System.nanoTime();
        CURRENT.set(this);
    }

    void end() {
        CURRENT.remove();
        ended = System.nanoTime();
    }

    /** How long they have run up to now, or did; not what it took to lock them and takes to commit, which is much the same for one and for many. */
    long nanos() {
        return (ended == 0 ? System.nanoTime() : ended) - began;
    }

    /** Those that were cancelled from within the transaction and whose turn does not come in it. */
    List<Settled> cancelled() {
        return locked.assignments().stream()
                .skip(ran())
                .filter(Assignment::cancelled)
                .map(each -> new Settled(each, new JobOutcome.Cancelled()))
                .toList();
    }

    int taken() {
        return locked.assignments().size();
    }

    int ran() {
        return took.size();
    }

    void ran(Settled settled, long nanos) {
        took.add(Map.entry(settled, nanos));
        if (settled.outcome() instanceof JobOutcome.Done) {
            done.add(settled);
        } else {
            last = settled;
        }
        if (settled.assignment().wasLent()) {
            lent++;
        }
    }

    /**
     * Cancels a job that the calling thread's transaction has locked: another transaction would wait for it, and so for itself. Null if it has
     * not locked it, else whether the job had not ended.
     */
    static @Nullable Boolean cancel(long id) {
        LockBatch batch = CURRENT.get();
        if (batch == null) {
            return null;
        }
        for (Assignment each : batch.locked.assignments()) {
            if (each.job.id() == id) {
                boolean ended = batch.took.stream()
                        .anyMatch(run -> run.getKey().assignment().equals(each));
                if (!ended) {
                    each.cancel();
                }
                return !ended;
            }
        }
        return null;
    }
}
