package dev.headroom.cache.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.headroom.cache.spi.Lifetime;
import dev.headroom.cache.spi.SharedLease;
import dev.headroom.cache.spi.SharedNode;
import dev.headroom.cache.spi.SharedRead;
import dev.headroom.cache.testing.InMemorySharedTier;
import dev.headroom.testkit.ManualClock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One order of the steps of two loads, writes with their drops and a fault, on a node in memory: fails if a value is good that is older than a drop which has returned. */
final class LeaseModel {
    private static final Lifetime LIFE = new Lifetime(Duration.ofMinutes(1), Duration.ofMinutes(1));
    private static final Duration LEASE = Duration.ofSeconds(2);

    /** What goes wrong once, at any point. */
    enum Fault {
        NONE,
        EVICTION,
        RESTART,
        LOST_COUNT,
        TAKE_OVER,
        /** The first load's result can't be shared. */
        UNSHAREABLE,
        LEASE_END
    }

    /** What a change of the source is followed by. */
    enum Write {
        /** An invalidation of its key. */
        KEY,
        /** A drop of its tag. */
        TAG,
        /** The new value. */
        PUT
    }

    /** What the protocol lacks, to show that the check can fail. */
    enum Broken {
        NOTHING,
        /** Values are stored whatever happened to the lease. */
        CONDITION,
        /** Values bear the count of drops from after their load. */
        STAMP,
        /** What was there before is kept whatever the lease is over. */
        FORMER,
        /** What is made of the one before bears the count of its own load. */
        FORMER_STAMP
    }

    private final ManualClock clock = new ManualClock();
    private final InMemorySharedTier tier = new InMemorySharedTier(clock::nanoTime);
    private final SharedNode node = tier.node("k");
    private final Stamps stamps = new Stamps("p:", "n");
    private final Fault fault;
    private final boolean tags;
    private final boolean puts;
    private final Broken broken;
    private final Loader first;
    private final Steps[] loaders;
    private int source;
    private int dropped;
    private int writerStep;
    private long count;

    /** @param keeps whether the second loader keeps what was there before */
    LeaseModel(Fault fault, Write write, Broken broken, boolean keeps) {
        this.fault = fault;
        this.tags = write == Write.TAG;
        this.puts = write == Write.PUT;
        this.broken = broken;
        this.first = new Loader();
        this.loaders = new Steps[] {first, keeps ? new Keeper() : new Loader()};
        node.increment(stamps.counter());
        if (keeps) {
            put();
        }
    }

    void run(int[] order) {
        for (int actor : order) {
            switch (actor) {
                case 0, 1 -> loaders[actor].step();
                case 2 -> write();
                default -> fail();
            }
            check(order);
        }
    }

    private void write() {
        int parts = tags ? 3 : 2;
        switch (writerStep++ % parts) {
            case 0 -> source++;
            case 1 -> {
                if (tags) {
                    count = node.increment(stamps.counter());
                } else if (puts) {
                    put();
                    dropped = source;
                } else {
                    node.invalidate("k");
                    dropped = source;
                }
            }
            default -> {
                stamps.raise(node, stamps.tag("t"), count);
                dropped = source;
            }
        }
    }

    private void put() {
        long stamp = stamps.now(node, node.records(List.of(stamps.counter())));
        stamps.ensure(node, Set.of("t"), stamp);
        node.put("k", bytes(stamp, source), LIFE);
    }

    private static byte[] bytes(long stamp, int value) {
        return new Envelope(
                        "k",
                        stamp,
                        new Envelope.Life(LIFE.fresh(), Duration.ZERO, Duration.ZERO),
                        Set.of("t"),
                        "",
                        Integer.toString(value).getBytes(UTF_8))
                .bytes(1000);
    }

    private void fail() {
        switch (fault) {
            case EVICTION -> node.invalidate("k");
            case RESTART -> tier.restart();
            case LOST_COUNT -> tier.evictRecord(stamps.tag("t"));
            case UNSHAREABLE -> {
                if (first.lease != null) {
                    node.discard(first.lease);
                }
            }
            case TAKE_OVER -> {
                SharedRead read = node.readAll(List.of("k")).get("k");
                if (read != null) {
                    node.takeOver("k", read.version());
                }
            }
            default -> clock.advance(Duration.ofSeconds(3));
        }
    }

    /** Whoever asks now finds nothing older than the last drop. */
    private void check(int[] order) {
        SharedRead read = node.readAll(List.of("k")).get("k");
        Envelope envelope = read == null || read.value() == null ? null : Envelope.of(read.value());
        if (envelope == null) {
            return;
        }
        int value = value(envelope);
        if (isGood(envelope) && value < dropped) {
            throw new AssertionError("value " + value + " after drop " + dropped + " in " + Arrays.toString(order));
        }
    }

    private boolean isGood(Envelope envelope) {
        Map<String, byte[]> records = node.records(List.of(stamps.all, stamps.tag("t")));
        return Stamps.good(envelope.stamp(), List.of(stamps.all, stamps.tag("t")), records);
    }

    private static int value(Envelope envelope) {
        return Integer.parseInt(new String(envelope.value(), UTF_8));
    }

    private interface Steps {
        void step();
    }

    /** What was there, a lease over it, the same or else the source, store. */
    private final class Keeper implements Steps {
        private int step;
        private SharedRead before;
        private Envelope former;
        private SharedLease lease;
        private int value;
        private long stamp;

        @Override
        public void step() {
            switch (step++) {
                case 0 -> {
                    before = node.readOrLease("k", LEASE, List.of());
                    Envelope found = before.value() == null ? null : Envelope.of(before.value());
                    former = found != null && isGood(found) ? found : null;
                }
                case 1 -> lease();
                case 2 -> {
                    stamp = former != null && broken != Broken.FORMER_STAMP
                            ? former.stamp()
                            : stamps.now(node, node.records(List.of(stamps.counter())));
                    value = former != null ? value(former) : source;
                }
                default -> {
                    if (lease != null && stamps.ensure(node, Set.of("t"), stamp)) {
                        node.storeIf(lease, bytes(stamp, value), LIFE);
                    }
                }
            }
        }

        private void lease() {
            lease = before.lease();
            if (lease == null && before.value() != null) {
                SharedRead asked = node.lease("k", before.version(), LEASE);
                lease = asked.lease();
                if (!Arrays.equals(asked.value(), before.value()) && broken != Broken.FORMER) {
                    former = null;
                }
            }
        }
    }

    /** Lease, count and position, source, store; the first makes two of the last for tags. */
    private final class Loader implements Steps {
        private int step;
        private SharedLease lease;
        private long stamp;
        private int value;
        private boolean good = true;

        @Override
        public void step() {
            int now = step++;
            boolean whole = !tags || this != first;
            if (now == 0) {
                SharedRead read = node.readOrLease("k", LEASE, List.of());
                lease = read.lease() != null
                        ? read.lease()
                        : read.value() == null
                                ? null
                                : node.lease("k", read.version(), LEASE).lease();
            }
            if (now == (whole ? 0 : 1)) {
                stamp = stamps.now(node, node.records(List.of(stamps.counter())));
            }
            if (now == (whole ? 1 : 2)) {
                value = source;
            }
            if (now == (whole ? 2 : 3)) {
                if (broken == Broken.STAMP) {
                    stamp = stamps.now(node, node.records(List.of(stamps.counter())));
                }
                good = lease != null && stamps.ensure(node, Set.of("t"), stamp);
            }
            if (now == (whole ? 2 : 4) && good) {
                store();
            }
        }

        private void store() {
            byte[] bytes = bytes(stamp, value);
            if (broken != Broken.CONDITION) {
                node.storeIf(lease, bytes, LIFE);
            } else {
                node.put("k", bytes, LIFE);
            }
        }
    }
}
