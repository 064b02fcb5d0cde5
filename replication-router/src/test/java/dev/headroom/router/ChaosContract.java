package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.RequestContext;
import dev.headroom.testkit.DatabaseCluster;
import dev.headroom.testkit.DatabaseNode;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Clients that write and then read with the position of their write, in other requests, while standbys are paused, delayed, cut off, hung
 * and killed, and at last the primary is killed and a standby promoted. A read may be refused; it must never miss what its client wrote.
 *
 * @param <N> a node
 */
abstract class ChaosContract<N extends DatabaseNode> {
    private static final long REPORT = TimeUnit.SECONDS.toNanos(60);
    private static final long MOST_FAILED = 100;

    private final long seed = System.nanoTime();
    private final Queue<Throwable> broken = new ConcurrentLinkedQueue<>();
    private final AtomicLong reads = new AtomicLong();
    private final AtomicLong onReplicas = new AtomicLong();
    private final AtomicLong stale = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final FailedReads failedReads = new FailedReads("soak: chaos, ");
    private final AtomicLong failedWrites = new AtomicLong();
    private final AtomicInteger faults = new AtomicInteger();
    private volatile String primary = "p";
    /** Held by whoever writes; exclusively when the primary is killed, so that no acknowledged write is lost with it. */
    private final ReentrantReadWriteLock writing = new ReentrantReadWriteLock();

    private final String database;
    private final Supplier<? extends DatabaseCluster> clusters;

    ChaosContract(String database, Supplier<? extends DatabaseCluster> clusters) {
        this.database = database;
        this.clusters = clusters;
    }

    /** How late the replay is made at random. */
    abstract Duration delay(Random random);

    /** The first replica takes the primary's place, which is dead; the others follow it where they can. */
    abstract void promote(List<N> replicas);

    @Test
    void thousandsOfReadsThroughEveryFaultAreNeverStale() throws Exception {
        run(new Size(1_500, 6, 20), Duration.ofSeconds(10));
        if (reads.get() >= 1_500) { // or the machine had no time for them
            assertThat(onReplicas).hasValueGreaterThan(reads.get() / 20);
        }
    }

    @Test
    @Tag("soak")
    void aMillionReadsThroughEveryFaultAreNeverStale() throws Exception {
        run(new Size(1_000_000, 12, 200), Duration.ofHours(3));
        assertThat(reads).hasValueGreaterThanOrEqualTo(1_000_000);
    }

    /**
     * How much of it.
     *
     * @param reads at least so many in all
     * @param clients at a time
     * @param readsOfOneWrite at most so many
     */
    private record Size(long reads, int clients, int readsOfOneWrite) {}

    private void run(Size size, Duration longest) throws Exception {
        System.out.println("soak: chaos on " + database + ", seed " + seed);
        long start = System.nanoTime();
        try (DatabaseCluster cluster = clusters.get();
                Rig rig = new Rig(
                        cluster,
                        cluster.standbys().size(),
                        options -> options.staleness(Duration.ofSeconds(5), Duration.ofSeconds(30))
                                .primaryFallback(64)
                                .failoverWait(Duration.ofSeconds(30)))) {
            start = System.nanoTime();
            long told = start;
            List<Thread> clients = clients(rig, size);
            Random random = new Random(seed);
            while (reads.get() < size.reads() / 4 && System.nanoTime() - start < longest.toNanos()) {
                clients.get(0).join(10); // some before the first fault
            }
            while (reads.get() < size.reads() * 3 / 4 && System.nanoTime() - start < longest.toNanos()) {
                List<? extends DatabaseNode> replicas = cluster.standbys();
                fault(replicas.get(random.nextInt(replicas.size())), random);
                if (System.nanoTime() - told > REPORT) {
                    told = System.nanoTime();
                    report(start);
                }
            }
            promote(cluster);
            while (clients.stream().anyMatch(Thread::isAlive)) {
                if (System.nanoTime() - start > longest.toNanos()) {
                    clients.forEach(Thread::interrupt);
                }
                clients.get(0).join(100);
            }
        }
        report(start);
        failedReads.report();
        assertThat(broken).isEmpty();
        assertThat(stale).hasValue(0);
        // A read that was aborted twice, or by its own deadline, fails; it is rare, however many are read.
        assertThat(failedReads.count()).as("%s", failedReads).isLessThanOrEqualTo(MOST_FAILED);
    }

    private void report(long start) {
        System.out.printf(
                "soak: chaos on %s, %d faults in %d s: %d reads, %d on replicas, %d refused, %d failed, %d failed"
                        + " writes, %d stale%n",
                database,
                faults.get(),
                TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start),
                reads.get(),
                onReplicas.get(),
                refused.get(),
                failedReads.count(),
                failedWrites.get(),
                stale.get());
    }

    private List<Thread> clients(Rig rig, Size size) {
        List<Thread> clients = IntStream.range(0, size.clients())
                .mapToObj(number -> new Thread(() -> client(rig, new Random(seed + number), size)))
                .toList();
        clients.forEach(Thread::start);
        return clients;
    }

    private void client(Rig rig, Random random, Size size) {
        try {
            while (reads.get() < size.reads() && !Thread.currentThread().isInterrupted()) {
                session(rig, 1 + random.nextInt(size.readsOfOneWrite()));
            }
        } catch (Exception | Error failure) {
            broken.add(failure);
        }
    }

    /** One write, and reads in requests of their own, each with the cookie of the write. */
    private void session(Rig rig, int count) throws Exception {
        long[] id = new long[1];
        String cookie;
        writing.readLock().lock();
        try {
            cookie = RequestContext.builder().build().call(() -> {
                id[0] = rig.insert("chaos");
                return rig.router.consistency().current().value();
            });
        } catch (SQLException failure) {
            failedWrites.incrementAndGet();
            return;
        } finally {
            writing.readLock().unlock();
        }
        for (int i = 0; i < count; i++) {
            RequestContext next = RequestContext.builder()
                    .consistency(rig.router.admit(cookie))
                    .build();
            try {
                Rig.Answer answer = next.call(() -> rig.read(id[0]));
                reads.incrementAndGet();
                onReplicas.addAndGet(answer.node().equals(primary) ? 0 : 1);
                if (!answer.seen()) {
                    stale.incrementAndGet();
                    System.out.println("stale: " + answer + " with " + cookie + ", " + rig.router);
                }
            } catch (RouteRefusedException e) {
                refused.incrementAndGet();
            } catch (SQLException e) {
                failedReads.add(e);
            }
        }
    }

    private void fault(DatabaseNode standby, Random random) {
        faults.incrementAndGet();
        switch (random.nextInt(5)) {
            case 0 -> {
                standby.pauseReplay();
                pause(random);
                standby.resumeReplay();
            }
            case 1 -> {
                standby.replayDelay(delay(random));
                pause(random);
                standby.replayDelay(Duration.ZERO);
            }
            case 2 -> {
                standby.cutStream();
                pause(random);
                standby.restoreStream();
            }
            case 3 -> {
                standby.suspend();
                pause(random);
                standby.resume();
            }
            default -> {
                standby.kill();
                pause(random);
                standby.restart();
            }
        }
        pause(random);
    }

    @SuppressWarnings("unchecked") // the subclass has started it
    private void promote(DatabaseCluster cluster) {
        writing.writeLock().lock();
        try {
            List<N> replicas = (List<N>) List.copyOf(cluster.standbys());
            cluster.waitUntilCaughtUp();
            cluster.primary().kill();
            promote(replicas);
            primary = "r1";
        } finally {
            writing.writeLock().unlock();
        }
        faults.incrementAndGet();
    }

    private static void pause(Random random) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50 + random.nextInt(400)));
    }
}
