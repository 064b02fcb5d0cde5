package dev.headroom.router.internal;

import dev.headroom.router.NodeRole;
import dev.headroom.router.NodeSpec;
import dev.headroom.router.NodeState;
import dev.headroom.router.spi.Position;
import dev.headroom.router.spi.ReplicationDialect;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The nodes and what they said they are. The node that takes writes is the one that says so; of two, the one on the later timeline. When
 * none says so, it stays what it was.
 *
 * <p>A node whose place was taken is deposed: units that run on it are cut off, its pool is emptied, and it takes no writes again before
 * it has been seen as a replica. So an old primary that comes back is never written to, and there is no failback.
 */
final class Cluster implements Probe.Listener, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Cluster.class);

    /** How long a probe on the spot is waited for before it is asked for again: at first, and at last. */
    private static final long FIRST_GAP = TimeUnit.MILLISECONDS.toNanos(1);

    private static final long LAST_GAP = TimeUnit.MILLISECONDS.toNanos(8);

    private final String name;
    private final boolean live;
    private final boolean replicated;
    private final Probers probers;
    private volatile List<Node> nodes;
    private final RouterOptions options;
    private final long timeoutNanos;
    private final LagClock clock = new LagClock();
    private final Change change = new Change();
    private final Change writesGoOn = new Change();
    private final RouterSensors sensors;
    private final ReentrantLock electing = new ReentrantLock();
    private final Election election;
    private volatile Node primary;
    private volatile long toldTimeline;
    private volatile boolean allAsked;
    private volatile boolean held;
    private volatile boolean refusing;
    private volatile boolean replaced;

    /** @param live whether nodes may come and go */
    Cluster(String name, List<Node> nodes, boolean live, RouterOptions options, RouterSensors sensors) {
        this.name = name;
        this.nodes = List.copyOf(nodes);
        nodes.forEach(node -> node.of(this));
        this.options = options;
        this.timeoutNanos = options.probeTimeout().toNanos();
        this.sensors = sensors;
        this.primary = nodes.get(0);
        this.election = new Election(options.dialect(), this::up);
        this.live = live;
        this.replicated = live || nodes.size() > 1;
        this.probers = new Probers(name, options, this);
        if (replicated) {
            this.nodes.forEach(node -> probers.add(node, node == primary));
        }
    }

    void start() {
        probers.startAll();
    }

    /** A further node, to be used as soon as it has answered. */
    Node add(NodeSpec spec) {
        Node node = new Node(spec);
        node.of(this);
        Probe probe = probers.add(node, false);
        electing.lock();
        try {
            List<Node> longer = new ArrayList<>(nodes);
            longer.add(node);
            nodes = List.copyOf(longer);
        } finally {
            electing.unlock();
        }
        try {
            sensors.added(node, this);
            probers.start(probe);
        } catch (RuntimeException | Error failure) {
            remove(node);
            throw failure;
        }
        return node;
    }

    /** Forgets a node that is drained; false if it is the primary, which is kept. */
    boolean remove(Node node) {
        electing.lock();
        try {
            if (node == primary) {
                return false;
            }
            nodes = nodes.stream().filter(other -> other != node).toList();
        } finally {
            electing.unlock();
        }
        probers.remove(node);
        sensors.removed(node);
        dialect().forget(node.name());
        return true;
    }

    List<Node> nodes() {
        return nodes;
    }

    ReplicationDialect dialect() {
        return options.dialect();
    }

    RouterOptions options() {
        return options;
    }

    /** Whether there is, or may be, more than one node, and so roles, positions and lag. */
    boolean replicated() {
        return replicated;
    }

    /**
     * Whether the unit is for replicas, and there are, or may come, any that take it: for ordinary reads ordinary ones, which are not kept for
     * something special. Otherwise the primary is where it belongs.
     */
    boolean hasReplicasFor(Unit unit) {
        if (!unit.forReplica()) {
            return false;
        }
        if (live || unit.tag() != null) {
            return replicated;
        }
        List<Node> all = nodes;
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i) != primary && all.get(i).serves(null)) {
                return true;
            }
        }
        return false;
    }

    long now() {
        return options.ticker().getAsLong();
    }

    /** The node that takes writes, null if the nodes say that none does. */
    @Nullable Node writable() {
        Node node = primary;
        return node.role() == NodeRole.REPLICA || node.deposed() ? null : node;
    }

    /** The node that takes writes and answers; null while there is none. */
    @Nullable Node writer() {
        Node node = primary;
        if (!replicated()) {
            return node;
        }
        if (held) {
            return null;
        }
        return writable() == node && !node.out(now(), timeoutNanos) ? node : null;
    }

    /** Waits until a node takes somebody's writes, without asking for it: everybody is asked often as long as none does. */
    @Nullable Node awaitWriter(Supplier<@Nullable Node> writer, long nanos) throws InterruptedException {
        writesGoOn.await(() -> writer.get() != null, nanos);
        return writer.get();
    }

    @Override
    public boolean urgent() {
        return writer() == null;
    }

    @Override
    public boolean elected(Node node) {
        return node == primary && allAsked;
    }

    /** Lets units that may write wait, or go on. */
    void holdWrites(boolean hold) {
        held = hold;
        if (!hold) {
            writesGoOn.announce();
        }
    }

    void refuseWrites(boolean refuse) {
        refusing = refuse;
    }

    boolean refusesWrites() {
        return refusing;
    }

    /** The former primary has given its place away. */
    void replace(Node former, Node next) {
        if (former.role() != NodeRole.REPLICA) {
            former.depose();
        }
        elect();
        if (primary != next) {
            log.warn("router {}: {} was given the place of {}, but writes go to {}", name, next, former, primary);
        }
    }

    /** The node that took writes last. */
    Node primary() {
        return primary;
    }

    /** Whether another node was taken for the primary before. */
    boolean replaced() {
        return replaced;
    }

    /** The timeline that is written to. */
    long timeline() {
        return primary.position().timeline();
    }

    boolean up(Node node) {
        return node.up(now(), timeoutNanos);
    }

    /** Whether it may be asked now by a new unit: it answers, follows the node that takes writes, and is not drained. */
    boolean usable(Node node, long now) {
        return !node.drained() && follows(node) && node.up(now, timeoutNanos);
    }

    /** Whether it follows the node that takes writes. */
    boolean follows(Node node) {
        return node.role() == NodeRole.REPLICA && node.position().timeline() == timeline();
    }

    long lagNanos(Node node) {
        if (node == primary && node.role() != NodeRole.REPLICA) {
            return 0;
        }
        return node.lagNanos(now(), timeline());
    }

    NodeState state(Node node) {
        if (!replicated()) {
            return NodeState.UP;
        }
        if (!up(node)) {
            return NodeState.DOWN;
        }
        if (node.drained() && node != primary) {
            return NodeState.DRAINED;
        }
        if (node.role() == NodeRole.PRIMARY) {
            return node == primary ? NodeState.UP : NodeState.FENCED;
        }
        if (!follows(node)) {
            return NodeState.FENCED;
        }
        return lagNanos(node) <= options.softLimit().toNanos() ? NodeState.UP : NodeState.LATE;
    }

    /** A user lost a connection to the node. */
    void suspect(Node node, Exception failure) {
        if (replicated()) {
            node.suspect(now(), String.valueOf(failure.getMessage()));
            if (node == primary) {
                probers.request(); // perhaps another one has taken its place
            } else {
                probers.request(node);
            }
        }
    }

    void evicted() {
        sensors.evicted();
    }

    /** Asks for probes on the spot, less and less often, until it holds, at most so long. */
    boolean refresh(BooleanSupplier holds, long nanos) throws InterruptedException {
        return refresh(probers::request, holds, nanos);
    }

    /** The same, asking the node alone that takes the writes. */
    boolean refreshPrimary(BooleanSupplier holds, long nanos) throws InterruptedException {
        return refresh(() -> probers.request(primary), holds, nanos);
    }

    /** Asks the node soon that takes the writes. */
    void askPrimary() {
        probers.request(primary);
    }

    /** Whether each node answers and has said that it has reached the position, so that no read can miss it. */
    boolean reachedByAll(Position position) {
        return replicated
                && nodes.stream().allMatch(node -> up(node) && node.position().covers(position));
    }

    private boolean refresh(Runnable ask, BooleanSupplier holds, long nanos) throws InterruptedException {
        if (holds.getAsBoolean()) {
            return true;
        }
        long end = System.nanoTime() + nanos;
        long gap = FIRST_GAP;
        for (long left = nanos; left > 0; left = end - System.nanoTime()) {
            ask.run();
            if (change.await(holds, Math.min(left, gap))) {
                return true;
            }
            gap = Math.min(2 * gap, LAST_GAP);
        }
        return false;
    }

    /** Whether a replica is so little behind, as far as is known, that it may catch up within the time. */
    boolean mayCatchUp(Unit unit, long nanos) {
        long near = nanos + 2 * options.probeEvery().toNanos();
        for (Node node : nodes) {
            if (node.serves(unit.tag()) && follows(node) && up(node) && lagNanos(node) <= near) {
                return true;
            }
        }
        return false;
    }

    /** Waits for the news of any node, without asking for it. */
    boolean await(BooleanSupplier holds, long nanos) throws InterruptedException {
        return change.await(holds, nanos);
    }

    @Override
    public void probed(Node node, long nanos, boolean good) {
        if (!nodes.contains(node)) {
            return; // removed meanwhile
        }
        sensors.probed(node, nanos, good);
        if (!good && node == primary) {
            probers.requestOthers(node);
        }
        elect();
        if (!allAsked && nodes.stream().allMatch(Node::asked)) {
            allAsked = true;
        }
        Node.Seen seen = node.seen();
        if (good && seen != null && node == primary && seen.sample()) {
            clock.sample(seen.askedAt(), seen.position());
            nodes.forEach(other -> other.refresh(clock));
        } else {
            node.refresh(clock);
        }
        if (timeline() != toldTimeline) {
            toldTimeline = timeline();
            probers.request(); // a replica may be known for one of its followers only now
        }
        change.announce();
        if (writer() != null) {
            writesGoOn.announce();
        }
    }

    private void elect() {
        Node before;
        boolean planned;
        electing.lock();
        try {
            planned = held; // the units that may write have ended by now
            before = electLocked();
        } finally {
            electing.unlock();
        }
        if (before != null) {
            cutOff(before, planned);
        }
    }

    /** Nothing that was begun on it may go on there; where the place was given away as planned, what only reads may end. */
    private void cutOff(Node deposed, boolean planned) {
        for (Lease lease : deposed.units().running()) {
            if (!planned || !lease.readOnly()) {
                lease.abort("another node takes the writes");
            }
        }
        deposed.evictAll();
    }

    /** @return the node whose place was taken, null if all stays as it is */
    private @Nullable Node electLocked() {
        Node best = election.best(nodes, primary);
        if (best == null) {
            return null;
        }
        Node former = primary;
        if (best == former) {
            return null;
        }
        log.warn("router {}: writes go to {} from now on, no longer to {}", name, best, former);
        if (former.role() != NodeRole.REPLICA) {
            former.depose();
        }
        best.elected();
        primary = best;
        replaced = true;
        held = false;
        sensors.promoted();
        return former;
    }

    /** A position as it counts now: of a timeline that turned out not to be the later one, its number alone. */
    Position today(Position position) {
        long now = timeline();
        return position.timeline() > now && dialect().rivals(position.timeline(), now)
                ? new Position(now, position.sequence())
                : position;
    }

    @Override
    public void close() {
        probers.close();
    }
}
