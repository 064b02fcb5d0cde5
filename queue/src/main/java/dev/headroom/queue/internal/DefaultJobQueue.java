package dev.headroom.queue.internal;

import dev.headroom.Contracts;
import dev.headroom.Contributions;
import dev.headroom.config.Checks;
import dev.headroom.config.Problems;
import dev.headroom.queue.DeadLetters;
import dev.headroom.queue.JobFilter;
import dev.headroom.queue.JobHandle;
import dev.headroom.queue.JobQueue;
import dev.headroom.queue.QueueLength;
import dev.headroom.queue.batch.JobBatch;
import dev.headroom.queue.scale.ScaleAdvice;
import dev.headroom.queue.spi.RemoteWakeUp;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The queue: enqueues by itself, works through its {@link Node}. */
public final class DefaultJobQueue extends DraftEnqueuer implements JobQueue {
    private static final Logger log = LoggerFactory.getLogger(DefaultJobQueue.class);

    private final Parts parts;
    private final Wakes wakes;
    private final LoadGate gate;
    private final DeadLetters dead;
    private final ReentrantLock life = new ReentrantLock();
    private final QueueVitals vitals;
    private @Nullable volatile Node node;
    private boolean closed;

    private DefaultJobQueue(Parts parts, Wakes wakes) {
        super(parts.producer(), Draft.PLAIN);
        this.parts = parts;
        this.wakes = wakes;
        this.gate = new LoadGate(
                () -> parts.connected().get().load(), parts.options().name() + ".");
        this.dead = new StoredDeadLetters(parts.store(), wakes::signal);
        this.vitals = new QueueVitals(parts, () -> node);
    }

    /**
     * Opens a queue whose tables are there.
     *
     * @param problems what was found in the options so far
     */
    public static DefaultJobQueue open(QueueOptions options, List<Kind> handlers, Problems problems) {
        Kinds kinds = new Kinds(handlers, problems);
        String unlocked = "a queue without kinds that have LOCK_IN_TX";
        check(problems, "pacer", options.pacers().keySet(), queue -> !kinds.locks(queue), unlocked);
        check(problems, "weight", options.weights().keySet(), queue -> !kinds.locks(queue), unlocked);
        check(
                problems,
                "perTransaction",
                options.perTransaction().keySet(),
                queue -> kinds.locks(queue) || !kinds.serves(queue),
                "a queue whose kinds have LOCK_IN_TX");
        problems.throwIfAny();
        Store store = Store.open(options.bookkeeping(), options.dataSource(), options.lease());
        Set<String> queues = new TreeSet<>(options.told());
        queues.add(QueueNames.DEFAULT);
        kinds.all().forEach(kind -> queues.add(kind.queue()));
        QueueNames names = new QueueNames(store, queues);
        checkCounted(options.lengthCounts(), names.all());
        Connected connected = new Connected();
        RemoteWakeUp others = options.remoteWakeUp();
        Wakes wakes = new Wakes(new Wakeup(), others == null ? null : new RemoteTeller(options.name(), others));
        LocalRuns runs = new LocalRuns(wakes::signal);
        Producer producer = new Producer(options, store, kinds, names, connected, runs, wakes);
        DeadMansTimers timers = new DeadMansTimers(store.schedules, kinds);
        Lengths lengths = new Lengths(store, names, options.lengthCounts(), timers);
        Pauses pauses = new Pauses(options, store, names);
        Parts parts = new Parts(options, store, kinds, names, connected, runs, producer, lengths, timers, pauses);
        return new DefaultJobQueue(parts, wakes);
    }

    private static void check(
            Problems problems, String option, Set<String> queues, Predicate<String> fits, String expected) {
        for (String queue : new TreeSet<>(queues)) {
            problems.unless(fits.test(queue), option + " of queue", queue, expected);
        }
    }

    /** A queue that is misspelt would count as an empty one, and servers would be stopped while its jobs wait. */
    private static void checkCounted(JobFilter counted, Set<String> names) {
        Problems problems = new Problems();
        for (String queue : counted.queues()) {
            problems.unless(
                    names.contains(queue),
                    "lengthCounts",
                    queue,
                    "one of " + names + ", or one that queue(…) has told of");
        }
        problems.throwIfAny();
    }

    /** For the test kit: what is to be done whenever there may be work, null for nothing. */
    void whenWoken(@Nullable Runnable told) {
        wakes.here().instead(told);
    }

    boolean isStarted() {
        return node != null;
    }

    /** For the test kit. */
    Parts parts() {
        return parts;
    }

    @Override
    public String name() {
        return parts.options().name();
    }

    @Override
    public void contribute(Contributions to) {
        to.background(this)
                .transactionHook(BorrowedConnection.hook())
                .consolePanel(new QueuePanel(this, parts.lengths(), vitals::busy, parts.names()::name))
                .web(web -> QueueEndpoints.add(web, this, parts.options()));
        vitals.contribute(to);
    }

    @Override
    public void connect(Contracts contracts) {
        parts.connected().set(contracts);
        vitals.connect(parts.connected().get().meters());
    }

    @Override
    public void start() {
        life.lock();
        try {
            if (closed) {
                throw new IllegalStateException("queue: closed (expected: open)");
            }
            if (node == null) {
                warnOfIdleWorkers();
                Node started = new Node(this, parts, wakes, gate);
                node = started;
                started.start();
            }
        } finally {
            life.unlock();
        }
    }

    /** A name that is misspelt looks so; a handler's queue then has the defaults. */
    private void warnOfIdleWorkers() {
        QueueOptions options = parts.options();
        Set<String> idle = new TreeSet<>(options.told());
        idle.removeIf(queue -> queue.equals(QueueNames.DEFAULT)
                || parts.kinds().serves(queue)
                || (options.workersOf(queue) == 0 && !options.weights().containsKey(queue)));
        Set<String> handled = new TreeSet<>(parts.names().all());
        handled.removeIf(queue -> !parts.kinds().serves(queue));
        idle.forEach(queue -> log.warn(
                "{}: queue {} has workers here and no handler (expected: one of {}, or 0 workers)",
                options.name(),
                queue,
                handled));
    }

    @Override
    public void drain(Duration within) throws InterruptedException {
        Spans.notNegative("within", within);
        Node working = node;
        if (working != null) {
            working.drain(within);
        }
    }

    @Override
    public void close() {
        life.lock();
        try {
            closed = true;
            vitals.close();
            Node working = node;
            if (working != null) {
                node = null;
                working.close(parts.options().shutdownGrace());
            }
            wakes.close();
        } finally {
            life.unlock();
        }
    }

    @Override
    public QueueLength length(String queue) {
        Lengths.Seen seen = parts.lengths().fresh();
        return Objects.requireNonNull(seen.queues().get(known(queue, seen)));
    }

    @Override
    public QueueLength length() {
        return parts.lengths().fresh().total();
    }

    private String known(String queue, Lengths.Seen seen) {
        if (!seen.queues().containsKey(queue)) {
            throw new IllegalArgumentException(
                    "queue: " + queue + " (expected: one of " + parts.names().all() + ")");
        }
        return queue;
    }

    @Override
    public long count(JobFilter filter) {
        Checks.present("filter", filter);
        Lengths.Seen seen = parts.lengths().fresh();
        for (String queue : filter.queues()) {
            known(queue, seen);
        }
        return seen.count(filter);
    }

    @Override
    public ScaleAdvice scale(List<Duration> launched) {
        Checks.present("launched", launched).forEach(ago -> Checks.notNegative("launched", ago));
        Lengths.Seen seen = parts.lengths().fresh();
        ZonedDateTime now = seen.now().atZone(ZoneOffset.UTC);
        return parts.options().scale().decide(parts.lengths().load(seen), launched, now);
    }

    @Override
    public Optional<JobHandle> job(long id) {
        Store store = parts.store();
        return store.call("look for a job", connection -> {
                    Optional<String> live = store.jobs.kind(connection, id);
                    return live.isPresent() ? live : store.results.kind(connection, id);
                })
                .map(kind -> parts.producer().handle(id, kind));
    }

    @Override
    public boolean pause(String queue) {
        Pauses.Outcome outcome = parts.pauses().pause(queue);
        parts.lengths().changed();
        if (outcome.resumed()) {
            readyAgain();
        }
        return outcome.changed();
    }

    @Override
    public boolean resume(String queue) {
        Pauses.Outcome outcome = parts.pauses().resume(queue);
        parts.lengths().changed();
        readyAgain();
        return outcome.changed();
    }

    private void readyAgain() {
        Node working = node;
        if (working != null) {
            working.readyAgain();
        } else {
            wakes.here().signal();
        }
    }

    @Override
    public Map<String, Instant> paused() {
        return parts.store().call("look for paused queues", parts.store().queues::paused);
    }

    @Override
    public JobBatch batch(long id) {
        return parts.producer().batch(id);
    }

    @Override
    public DeadLetters dead() {
        return dead;
    }

    @Override
    public void wake() {
        wakes.signal();
    }

    @Override
    public <P> void handle(String name, Class<P> payload, Handler<? super P> handler) {
        Checks.present("payload", payload);
        Checks.present("handler", handler);
        parts.kinds()
                .add(Kind.plain(
                        name,
                        payload,
                        (given, context) -> handler.handle(payload.cast(Objects.requireNonNull(given)))));
        wakes.here().signal();
    }

    @Override
    public void submit(String name, Object payload) {
        enqueue(name, payload);
    }

    @Override
    public void bulk(String name, Collection<?> payloads) {
        parts.producer().enqueueAll(parts.kinds().named(name), all(payloads), Draft.PLAIN);
    }

    @Override
    public String toString() {
        return "JobQueue[" + name() + "]";
    }
}
