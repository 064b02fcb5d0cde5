package dev.headroom.queue.internal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workers of one queue, or of several that share them, and what was claimed for them. It asks for as many jobs as it has free workers, and for more when jobs are so
 * short that those will begin within {@value #AHEAD_MILLIS} ms, as far as their payloads are no burden; so no node hoards what another could
 * run. Thread-safe.
 */
final class WorkerPool {
    private static final Logger log = LoggerFactory.getLogger(WorkerPool.class);
    static final int AHEAD_MILLIS = 250;
    private static final int MOST_AHEAD = 4_000;

    /** So many at once, of several times as many ahead: while they are claimed, others run, and the ends of others are written. */
    private static final int MOST_AT_ONCE = 1_000;

    private static final double MOST_CHARACTERS = 16e6;
    private static final double WEIGHT = 0.2;
    private static final long STALE = 4L * AHEAD_MILLIS * 1_000_000;

    /** Has a worker see that it is over; nobody looks around in between, as there may be many thousands. */
    private static final Object END = new Object();

    final String name;
    final List<Share> shares;
    final int workers;
    private final BlockingQueue<Object> waiting = new LinkedBlockingQueue<>();
    private final AtomicInteger held = new AtomicInteger();
    private final AtomicInteger late = new AtomicInteger();
    private final AtomicIntegerArray heldByCriticality = new AtomicIntegerArray(4);
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean closed;
    private volatile double usualNanos;
    private volatile double usualCharacters;
    private volatile boolean hungry;

    WorkerPool(String name, List<Share> shares, int workers) {
        this.name = name;
        this.shares = List.copyOf(shares);
        this.workers = workers;
    }

    void start(ThreadFactory factory, Consumer<Assignment> run) {
        for (int i = 0; i < workers; i++) {
            Thread thread = factory.newThread(() -> work(run));
            threads.add(thread);
            thread.start();
        }
    }

    private void work(Consumer<Assignment> run) {
        while (!closed) {
            try {
                if (waiting.take() instanceof Assignment next) {
                    run(next, run);
                }
            } catch (InterruptedException stray) {
                // Nobody interrupts an idle worker but a handler's leftovers; closing is seen by the flag.
                continue;
            } catch (RuntimeException | Error unexpected) {
                // A logger's, say: the job is settled by then, and a worker that ended would be missed by nobody.
                LogLimit.quietly(() ->
                        log.error("queue {}: a worker goes on after a failure outside of its job", name, unexpected));
            }
        }
    }

    private void run(Assignment next, Consumer<Assignment> run) {
        next.share.busy.incrementAndGet();
        long began = System.nanoTime();
        try {
            run.accept(next);
        } finally {
            next.share.busy.decrementAndGet();
            double took = System.nanoTime() - began;
            usualNanos = usualNanos == 0 ? took : usualNanos + WEIGHT * (took - usualNanos);
        }
    }

    /** How many more jobs it wants; 0 until there is room worth a claim. */
    int appetite() {
        int room = room();
        hungry = room == 0;
        return Math.min(room, Math.max(workers, MOST_AT_ONCE));
    }

    /** Whether there is room worth a claim. */
    boolean hasRoom() {
        return room() > 0;
    }

    private int room() {
        double usual = usualNanos;
        double most = Math.min(MOST_AHEAD, MOST_CHARACTERS / Math.max(1, usualCharacters));
        int ahead = usual == 0 ? 0 : (int) Math.min(most, workers * (AHEAD_MILLIS * 1e6 / usual));
        int room = workers + ahead - held.get();
        return room > 0 && room >= Math.min(ahead / 2, MOST_AT_ONCE) ? room : 0;
    }

    /** How many more jobs of a criticality it wants that runs at a share of full speed. */
    int appetite(int criticality, double factor) {
        return Math.max(1, (int) Math.ceil(workers * factor)) - heldByCriticality.get(criticality);
    }

    /** Whether there may be more to claim than was last claimed. */
    boolean hungry() {
        return hungry;
    }

    void hungry(boolean more) {
        hungry = more;
    }

    /** Counts what was claimed, which {@link #accept} takes in. */
    void count(List<Assignment> claimed) {
        held.addAndGet(claimed.size());
        double characters = usualCharacters;
        for (Assignment each : claimed) {
            heldByCriticality.incrementAndGet(each.job.criticality());
            String payload = each.job.payload();
            characters += WEIGHT * ((payload == null ? 0 : payload.length()) - characters);
        }
        usualCharacters = characters;
    }

    /** Has its workers run what was claimed. */
    void accept(List<Assignment> claimed) {
        waiting.addAll(claimed);
    }

    /** The outcome of a job is in the database. */
    void settled(Assignment assignment) {
        held.decrementAndGet();
        heldByCriticality.decrementAndGet(assignment.job.criticality());
    }

    /** A job has run, but its outcome is kept from the database by others: its place is free, unless that is so of as many as there are workers. */
    boolean late(Assignment assignment) {
        if (late.incrementAndGet() > workers) {
            late.decrementAndGet();
            return false;
        }
        settled(assignment);
        return true;
    }

    /** The outcome of such a job is in the database. */
    void settledLate() {
        late.decrementAndGet();
    }

    /** Takes out what no worker has begun. */
    List<Assignment> takeWaiting() {
        List<Object> taken = new ArrayList<>();
        waiting.drainTo(taken);
        taken.stream().filter(END::equals).forEach(waiting::add);
        return taken.stream()
                .filter(Assignment.class::isInstance)
                .map(Assignment.class::cast)
                .toList();
    }

    /** Takes out what no worker has begun, if the next one has waited here for longer than it was to; nothing is claimed ahead until jobs are short again. */
    List<Assignment> takeStale(long now) {
        boolean stale = waiting.peek() instanceof Assignment next && now - next.claimedAt > STALE;
        if (!stale) {
            return List.of();
        }
        usualNanos = Math.max(usualNanos, AHEAD_MILLIS * 1e6 * (workers + 1));
        return takeWaiting();
    }

    /** How many jobs of a queue run now. */
    int busy(String queue) {
        return shares.stream()
                .filter(share -> share.queue.equals(queue))
                .mapToInt(share -> share.busy.get())
                .sum();
    }

    /** Lets the workers end once they are idle. */
    void close() {
        closed = true;
        waiting.addAll(Collections.nCopies(workers, END));
    }
}
