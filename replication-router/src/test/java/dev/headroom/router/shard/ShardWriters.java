package dev.headroom.router.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Clients that write to {@code db1} without a pause, and look for what they have written. */
final class ShardWriters implements AutoCloseable {
    private static final AtomicLong IDS = new AtomicLong();

    private final Set<Long> acknowledged = ConcurrentHashMap.newKeySet();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stop;

    /** One client for each process; it reads in the next one. */
    ShardWriters(List<Shards> processes) {
        for (int i = 0; i < processes.size(); i++) {
            Shards writes = processes.get(i);
            Shards reads = processes.get((i + 1) % processes.size());
            Thread thread = new Thread(() -> write(writes, reads), "writer-" + i);
            threads.add(thread);
            thread.start();
        }
    }

    private void write(Shards writes, Shards reads) {
        try {
            while (!stop) {
                long id = IDS.incrementAndGet();
                ShardRig.insert(writes, id);
                acknowledged.add(id);
                if (!ShardRig.sees(reads, id)) {
                    throw new IllegalStateException(id + " is not seen");
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            }
        } catch (Throwable failure) {
            failures.add(failure);
        }
    }

    List<Long> acknowledged() {
        return List.copyOf(acknowledged);
    }

    /** Waits until so many more writes were acknowledged. */
    void awaitMore(int count) {
        int target = acknowledged.size() + count;
        await().atMost(Duration.ofSeconds(60)).until(() -> acknowledged.size() >= target || !failures.isEmpty());
        assertThat(failures).isEmpty();
    }

    /** Ends them and returns all that was acknowledged. */
    List<Long> end() throws InterruptedException {
        close();
        assertThat(failures).isEmpty();
        return acknowledged();
    }

    @Override
    public void close() throws InterruptedException {
        stop = true;
        for (Thread thread : threads) {
            thread.join(TimeUnit.SECONDS.toMillis(60));
        }
    }
}
