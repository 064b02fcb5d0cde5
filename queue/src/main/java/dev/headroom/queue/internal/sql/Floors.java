package dev.headroom.queue.internal.sql;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Up to which position of each priority and criticality nothing is ready, as far as this node knows, so that a claim need not walk there.
 * What is claimed leaves a dead entry in the index, which can't be thrown away as long as any transaction anywhere keeps a snapshot from
 * before: without floors every claim would walk all of them.
 *
 * <p>Positions are drawn in order but committed in any. A floor is raised to where a claim has been, and no further than to what is
 * <em>settled</em>: positions that only transactions have drawn that ended before the claim began. To know, a claim now and then looks at
 * the highest position drawn and takes a transaction number, which is higher than those of all that drew it or a lower one, as they write;
 * when the lowest number still in progress has reached it, they have ended. Of a transaction that takes longer than
 * {@value #LATE_SECONDS} s that is not waited for. What becomes ready below a floor all the same, of such a transaction or of a node that
 * gave jobs back, is found by a look below the floors ({@link #lower}), which is repeated for ever. Thread-safe.
 */
public final class Floors {
    private static final long LATE_SECONDS = 2;
    private static final long LATE = LATE_SECONDS * 1_000_000_000;
    private static final long LOOK_EVERY = 50_000_000;
    private static final int LOOK_AFTER = 64;

    private final LongSupplier nanoTime;
    private final Map<Integer, long[]> byQueue = new HashMap<>();
    private final Deque<Mark> marks = new ArrayDeque<>();

    /** Passes of claims that have not ended; of one that failed nobody tells. */
    private final Set<Pass> underway = Collections.newSetFromMap(new WeakHashMap<>());

    private long drawn;
    private long lookedBy;
    private long settled;
    private long version;
    private long servers;
    private long lookedAt;
    private int claimed;
    private long claimedInAll;

    /** No floors yet. */
    public Floors() {
        this(System::nanoTime);
    }

    Floors(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.lookedAt = nanoTime.getAsLong() - LOOK_EVERY;
    }

    /** Whoever drew this position or a lower one has a transaction number lower than this. */
    private record Mark(long position, long transaction, long at) {}

    /** Where a job is in the order of its queue. */
    public record Place(Slot slot, int lane, long position) {
        static Place of(int priority, int criticality, int lane, long position) {
            return new Place(new Slot(priority, criticality), lane, position);
        }
    }

    /** What a claim is to go by, and what it saw; for one claim, on one thread. */
    public static final class Pass {
        final int queue;
        private final long[] floors;
        private final long settled;
        private final long version;
        private final long servers;
        private final boolean due;
        private final long[] through = new long[Slot.COUNT];
        private final long[] most = new long[Slot.COUNT];
        private int found;
        private boolean partial;
        private long @Nullable [] looked;

        private Pass(int queue, long[] floors, long settled, long version, long servers, boolean due) {
            this.queue = queue;
            this.floors = floors;
            this.settled = settled;
            this.version = version;
            this.servers = servers;
            this.due = due;
            Arrays.fill(most, Long.MAX_VALUE);
        }

        long floor(Slot slot) {
            return floors[slot.index()];
        }

        /** The claim begins behind these positions, and so sees nothing of what is before. */
        public void behind(long[] positions) {
            partial = true;
            for (int slot = 0; slot < Slot.COUNT; slot++) {
                floors[slot] = Math.max(floors[slot], positions[slot]);
            }
        }

        /** Whether the claim does not begin at the floors. */
        public boolean isPartial() {
            return partial;
        }

        /**
         * The claim took so many jobs of these criticalities: all that were ready up to the last one.
         *
         * @param last null if it took all there were
         */
        public void took(int criticalities, int jobs, @Nullable Place last) {
            found = jobs;
            if (partial) {
                return;
            }
            int end = last == null ? Slot.COUNT : last.slot.index();
            for (Slot slot : Slot.ALL) {
                boolean all = slot.index() < end && (criticalities & 1 << slot.criticality()) != 0;
                through[slot.index()] = all ? Long.MAX_VALUE : 0;
            }
            if (last != null) {
                through[end] = last.lane == 0 ? last.position : Long.MAX_VALUE;
            }
        }

        /** Whether the claim is to look at what is drawn, if it found anything. */
        boolean wantsLook() {
            return due;
        }

        /** The claim looked: the highest position drawn, its own transaction, the lowest in progress. */
        void looked(long position, long transaction, long oldest) {
            looked = new long[] {position, transaction, oldest};
        }
    }

    /** For a claim that begins now. */
    public synchronized Pass pass(int queue) {
        long[] floors = byQueue.getOrDefault(queue, new long[Slot.COUNT]).clone();
        boolean due = claimed >= LOOK_AFTER && nanoTime.getAsLong() - lookedAt >= LOOK_EVERY;
        Pass pass = new Pass(queue, floors, settled, version, servers, due);
        underway.add(pass);
        return pass;
    }

    /** The claim has committed. */
    public synchronized void committed(Pass pass) {
        underway.remove(pass);
        if (pass.looked != null && pass.servers == servers) {
            looked(pass.looked[0], pass.looked[1], pass.looked[2]);
        }
        claimed += pass.found;
        claimedInAll += pass.found;
        if (pass.version == version) {
            long[] floors = byQueue.computeIfAbsent(pass.queue, unknown -> new long[Slot.COUNT]);
            for (int slot = 0; slot < Slot.COUNT; slot++) {
                long through = Math.min(pass.through[slot], pass.most[slot]);
                floors[slot] = Math.max(floors[slot], Math.min(through, pass.settled));
            }
        }
    }

    private void looked(long position, long transaction, long oldest) {
        if (transaction <= lookedBy) {
            // Claims that run jobs may take seconds from their look to their end, and others look and end meanwhile.
            return;
        }
        lookedBy = transaction;
        long now = nanoTime.getAsLong();
        // The position of the look before: it was drawn before this look's transaction got its number,
        // whatever was read first.
        marks.addLast(new Mark(drawn, transaction, now));
        drawn = position;
        claimed = 0;
        lookedAt = now;
        while (!marks.isEmpty() && (marks.getFirst().transaction <= oldest || now - marks.getFirst().at > LATE)) {
            settled = Math.max(settled, marks.removeFirst().position);
        }
    }

    /** The queues that have a floor. */
    public synchronized Set<Integer> queues() {
        Set<Integer> queues = new HashSet<>();
        byQueue.forEach((queue, floors) -> {
            if (LongStream.of(floors).anyMatch(floor -> floor > 0)) {
                queues.add(queue);
            }
        });
        return queues;
    }

    /** How many jobs were claimed up to now. */
    public synchronized long claimed() {
        return claimedInAll;
    }

    /**
     * A transaction has left jobs where they are that it had locked: no floor is above them, and none will be for a claim that is underway
     * and may have passed them by meanwhile.
     */
    public synchronized void left(int queue, Collection<Place> places) {
        long[] lowest = new long[Slot.COUNT];
        Arrays.fill(lowest, Long.MAX_VALUE);
        for (Place each : places) {
            if (each.lane == 0) {
                int slot = each.slot.index();
                lowest[slot] = Math.min(lowest[slot], each.position);
            }
        }
        long[] floors = byQueue.getOrDefault(queue, new long[Slot.COUNT]);
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            floors[slot] = Math.min(floors[slot], lowest[slot] - 1);
        }
        for (Pass each : underway) {
            if (each.queue == queue) {
                for (int slot = 0; slot < Slot.COUNT; slot++) {
                    each.most[slot] = Math.min(each.most[slot], lowest[slot] - 1);
                }
            }
        }
    }

    /** A job below a floor is ready: the floor goes below it. */
    synchronized void lower(int queue, Slot slot, long position) {
        long[] floors = byQueue.get(queue);
        if (floors != null && floors[slot.index()] >= position) {
            floors[slot.index()] = position - 1;
            version++;
        }
    }

    /** Another server answers, whose positions and transactions may lie behind those of the one before. */
    public synchronized void begin() {
        forget();
        servers++;
        marks.clear();
        drawn = 0;
        lookedBy = 0;
        settled = 0;
    }

    /** Jobs of a queue have become ready where they were before: it has no floor any more. */
    public synchronized void forget(int queue) {
        byQueue.remove(queue);
        version++;
    }

    /** Jobs of any queue may have become ready where they were before: no floor any more. */
    public synchronized void forget() {
        byQueue.clear();
        version++;
    }
}
