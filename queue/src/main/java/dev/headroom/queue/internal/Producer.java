package dev.headroom.queue.internal;

import dev.headroom.RequestContext;
import dev.headroom.config.Checks;
import dev.headroom.debug.DebugLog;
import dev.headroom.queue.DuplicateJobException;
import dev.headroom.queue.JobHandle;
import dev.headroom.queue.QueueException;
import dev.headroom.queue.QueueMeters;
import dev.headroom.queue.Tx;
import dev.headroom.queue.Unique;
import dev.headroom.queue.batch.JobBatch;
import dev.headroom.queue.internal.sql.BatchTable;
import dev.headroom.queue.internal.sql.NewJob;
import dev.headroom.queue.internal.sql.Sql;
import dev.headroom.queue.internal.sql.UniqueJobs;
import dev.headroom.queue.spi.CurrentTransaction;
import dev.headroom.transaction.JdbcTransactions;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Inserts jobs: in the caller's transaction, in the thread's, or in one of its own. Thread-safe. */
final class Producer {
    private final QueueOptions options;
    private final Store store;
    private final Kinds kinds;
    private final QueueNames names;
    private final Connected connected;
    private final LocalRuns runs;
    private final Wake all;
    private final Wake leased;
    private final JsonPayloads payloads;
    private final UnknownTransactions unknown;

    Producer(
            QueueOptions options,
            Store store,
            Kinds kinds,
            QueueNames names,
            Connected connected,
            LocalRuns runs,
            Wakes wakes) {
        this.options = options;
        this.store = store;
        this.kinds = kinds;
        this.names = names;
        this.connected = connected;
        this.runs = runs;
        this.all = new Wake(wakes::signal, wakes::soon);
        this.leased = new Wake(wakes::signalLeased, wakes::soonLeased);
        this.payloads = new JsonPayloads(options.maxPayload());
        this.unknown = new UnknownTransactions(options);
    }

    /** What tells of jobs: once they are there, and when they will be in a moment. */
    private record Wake(Runnable now, Runnable soon) {}

    Kinds kinds() {
        return kinds;
    }

    /** The handle of a job that was enqueued before. */
    StoredJob handle(long id, String name) {
        return new StoredJob(store, runs, payloads, id, name);
    }

    JobHandle enqueue(Kind kind, @Nullable Object payload, Draft draft) {
        UniqueJobs.Placed placed = options.middlewares()
                .enqueue(kind.name(), Collections.singletonList(payload), () -> {
                    NewJob job = job(kind, payload, draft);
                    return insert(
                            kind,
                            draft,
                            1,
                            connection -> insert(
                                    connection,
                                    kind,
                                    due(connection, List.of(job), draft).get(0),
                                    draft));
                });
        Unique unique = draft.unique();
        if (placed.refused() && unique != null) {
            // Not earlier: an exception in a transaction that others began would have it rolled back.
            throw new DuplicateJobException(
                    "unique: " + unique.key() + " (expected: no other " + kind.name() + "; job " + placed.id() + " is)",
                    placed.id());
        }
        return handle(placed.id(), kind.name());
    }

    /** Inserts jobs of a kind that takes no payload, in a transaction of the queue's own that the caller is in. */
    void insert(Connection connection, Kind kind, int count) throws SQLException {
        for (int i = 0; i < count; i++) {
            try {
                options.middlewares().enqueue(kind.name(), Collections.singletonList(null), () -> {
                    NewJob job = job(kind, null, Draft.PLAIN);
                    try {
                        return insert(connection, kind, job, Draft.PLAIN);
                    } catch (SQLException e) {
                        throw new Refused(e);
                    }
                });
            } catch (Refused refused) {
                throw refused.why;
            }
        }
    }

    /** Carries what the database said through middleware. */
    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;
        final transient SQLException why;

        Refused(SQLException why) {
            super(why);
            this.why = why;
        }
    }

    private UniqueJobs.Placed insert(Connection connection, Kind kind, NewJob job, Draft draft) throws SQLException {
        Unique unique = draft.unique();
        UniqueJobs.Placed placed = unique == null
                ? new UniqueJobs.Placed(store.inserts.insert(connection, job), true, false)
                : unique.until() == Unique.Until.WINDOW
                        ? store.windows.place(connection, job, unique)
                        : store.unique.place(connection, job, unique, kind.tx() == Tx.LOCK_IN_TX);
        if (placed.inserted() && kind.track()) {
            store.results.open(connection, placed.id(), kind.name());
        }
        return placed;
    }

    void enqueueAll(Kind kind, Collection<?> given, Draft draft) {
        Checks.that(draft.unique() == null, "unique", "enqueueAll", "jobs enqueued one by one");
        if (!given.isEmpty()) {
            options.middlewares().enqueue(kind.name(), List.copyOf(given), () -> {
                List<NewJob> jobs =
                        given.stream().map(payload -> job(kind, payload, draft)).toList();
                return insert(kind, draft, jobs.size(), connection -> {
                    List<NewJob> due = due(connection, jobs, draft);
                    if (kind.track()) {
                        insertAll(connection, kind, due);
                    } else {
                        store.inserts.insertAll(connection, due);
                    }
                    return true;
                });
            });
        }
    }

    /** Jobs that are to be due at an instant are due so long after now, by the database's clock. */
    private List<NewJob> due(Connection connection, List<NewJob> jobs, Draft draft) throws SQLException {
        if (draft.at() == null) {
            return jobs;
        }
        long millis = draft.millisAfter(store.schedules.now(connection));
        return jobs.stream().map(job -> job.delayed(millis)).toList();
    }

    /** Inserts jobs that differ in payload, lane and key of their limit alone; returns their numbers. */
    private List<Long> insertAll(Connection connection, Kind kind, List<NewJob> jobs) throws SQLException {
        List<Long> ids = store.inserts.insertAllNumbered(connection, jobs);
        if (kind.track()) {
            store.results.openAll(connection, ids, kind.name());
        }
        return ids;
    }

    /** The handle of a batch that was enqueued before. */
    JobBatch batch(long id) {
        return new StoredBatch(store, runs, id);
    }

    JobBatch enqueue(BatchDraft batch, Draft draft) {
        Checks.that(draft.unique() == null, "unique", "batch", "jobs enqueued one by one");
        List<NewJob> jobs = new ArrayList<>();
        for (BatchDraft.Step step : batch.steps()) {
            jobs.add(job(step, draft, !step.waitsFor.isEmpty()));
        }
        BatchDraft.Step end = batch.end();
        Checks.that(end != null || !jobs.isEmpty(), "batch", "empty", "at least one job");
        NewJob last = end == null ? null : job(end, draft, !jobs.isEmpty());
        Kind named = end != null ? end.kind : batch.steps().get(0).kind;
        return insert(named, draft, jobs.size() + (end == null ? 0 : 1), all, connection -> {
            long id = store.batches.open(connection, jobs.size());
            List<Long> ids = insert(connection, batch.steps(), due(connection, jobs, draft));
            Map<Long, Integer> members = new TreeMap<>();
            List<BatchTable.Edge> edges = new ArrayList<>();
            for (int i = 0; i < jobs.size(); i++) {
                BatchDraft.Step step = batch.steps().get(i);
                long job = ids.get(i);
                members.put(job, step.waitsFor.size());
                step.waitsFor.forEach(
                        (other, atAnyEnd) -> edges.add(new BatchTable.Edge(ids.get(other), job, atAnyEnd)));
            }
            if (end != null && last != null) {
                long job = insert(connection, List.of(end), due(connection, List.of(last), draft))
                        .get(0);
                members.put(job, 0);
                store.batches.onEnd(connection, id, job);
            }
            store.batches.members(connection, id, members);
            store.batches.edges(connection, edges);
            return batch(id);
        });
    }

    private NewJob job(BatchDraft.Step step, Draft draft, boolean waits) {
        return options.middlewares()
                .enqueue(
                        step.kind.name(),
                        Collections.singletonList(step.payload),
                        () -> job(step.kind, step.payload, draft).batched(waits));
    }

    /** Inserts the jobs of steps, those of a kind that follow one another together; returns their numbers. */
    private List<Long> insert(Connection connection, List<BatchDraft.Step> steps, List<NewJob> jobs)
            throws SQLException {
        List<Long> ids = new ArrayList<>();
        int from = 0;
        while (from < jobs.size()) {
            int to = from + 1;
            while (to < jobs.size() && jobs.get(to).isLike(jobs.get(from))) {
                to++;
            }
            Kind kind = steps.get(from).kind;
            ids.addAll(insertAll(connection, kind, jobs.subList(from, to)));
            from = to;
        }
        for (int i = 0; i < steps.size(); i++) {
            steps.get(i).enqueued(handle(ids.get(i), steps.get(i).kind.name()));
        }
        return ids;
    }

    /** The row of a job, whose context is that of the calling thread. */
    NewJob job(Kind kind, @Nullable Object payload, Draft draft) {
        checkPayload(kind, payload);
        Checks.that(
                draft.unique() == null || draft.unique().until() != Unique.Until.START || kind.tx() != Tx.LOCK_IN_TX,
                "unique until",
                "START",
                "DONE for a kind with LOCK_IN_TX, whose start nobody sees");
        Optional<RequestContext> context = RequestContext.active();
        Integer priority = draft.priority();
        Unique unique = draft.unique();
        Limits limits = kind.limits();
        return new NewJob(
                names.number(kind.queue()),
                priority != null ? priority : kind.priority(),
                kind.criticality().ordinal(),
                kind.attempts(),
                draft.delay().toMillis(),
                kind.name(),
                kind.upcasts().version(),
                unique == null || unique.until() == Unique.Until.WINDOW ? null : kind.name() + ":" + unique.key(),
                Limits.lane(kind.fairBy(), payload),
                unique != null && unique.until() == Unique.Until.START ? NewJob.UNIQUE_UNTIL_START : 0,
                limits == null ? null : limits.key(kind.name(), payload),
                context.map(active -> active.traceId().traceparent()).orElse(null),
                context.flatMap(RequestContext::user).orElse(null),
                payload == null ? null : payloads.write(kind, payload));
    }

    private static void checkPayload(Kind kind, @Nullable Object payload) {
        Type type = kind.payload();
        Class<?> raw = type instanceof ParameterizedType generic ? (Class<?>) generic.getRawType() : raw(type);
        if (type == null ? payload != null : payload == null || !raw.isInstance(payload)) {
            String given = payload == null ? "none" : "a " + payload.getClass().getName();
            throw new IllegalArgumentException("payload of " + kind.name() + ": " + given + " (expected: "
                    + (type == null ? "none" : type.getTypeName()) + ")");
        }
    }

    private static Class<?> raw(@Nullable Type type) {
        Class<?> declared = type instanceof Class<?> plain ? plain : Object.class;
        return declared.isPrimitive()
                ? java.lang.invoke.MethodType.methodType(declared).wrap().returnType()
                : declared;
    }

    private <T> T insert(Kind kind, Draft draft, int count, Sql.Work<T> insertion) {
        return insert(kind, draft, count, kind.tx() == Tx.LOCK_IN_TX ? all : leased, insertion);
    }

    private <T> T insert(Kind kind, Draft draft, int count, Wake wake, Sql.Work<T> insertion) {
        DebugLog debug = RequestContext.currentDebug();
        long began = System.nanoTime();
        try {
            T inserted = place(draft, wake, insertion);
            connected
                    .get()
                    .meters()
                    .counter(QueueMeters.ENQUEUED, "job", kind.name())
                    .add(count);
            log(debug, kind, count, began, null);
            return inserted;
        } catch (SQLException e) {
            log(debug, kind, count, began, e);
            throw new QueueException("queue: could not enqueue " + kind.name(), e);
        }
    }

    private <T> T place(Draft draft, Wake wake, Sql.Work<T> insertion) throws SQLException {
        Connection given = draft.connection();
        if (given != null) {
            return placeIn(given, wake, insertion);
        }
        CurrentTransaction current = options.currentTransaction();
        Connection borrowed = current.connection();
        if (borrowed == null) {
            unknown.check();
            return JdbcTransactions.inTransaction(options.dataSource(), own -> placeIn(own, wake, insertion));
        }
        T inserted = insertion.on(borrowed);
        if (!current.afterCommit(wake.now())) {
            wakeAfterCommit(borrowed, wake);
        }
        return inserted;
    }

    private <T> T placeIn(Connection borrowed, Wake wake, Sql.Work<T> insertion) throws SQLException {
        T inserted = borrowed.getAutoCommit() ? Sql.atOnce(borrowed, insertion) : insertion.on(borrowed);
        wakeAfterCommit(borrowed, wake);
        return inserted;
    }

    private void wakeAfterCommit(Connection borrowed, Wake wake) {
        Connection real = BorrowedConnection.real(borrowed);
        if (!JdbcTransactions.hook().afterCommit(real, wake.now())) {
            AtomicBoolean atOnce = new AtomicBoolean(true);
            connected.get().transactions().afterCommit(real, () -> {
                if (atOnce.get() && isOpen(real)) {
                    // Nobody knows its transaction: it will commit in a moment.
                    wake.soon().run();
                } else {
                    wake.now().run();
                }
            });
            atOnce.set(false);
        }
    }

    private static boolean isOpen(Connection connection) {
        try {
            return !connection.getAutoCommit();
        } catch (SQLException closedOrBroken) {
            return false;
        }
    }

    private static void log(DebugLog debug, Kind kind, int count, long began, @Nullable Throwable failure) {
        if (debug.enabled()) {
            debug.add(
                    "queue",
                    "enqueue " + count + " " + kind.name() + " into " + kind.queue(),
                    System.nanoTime() - began,
                    failure);
        }
    }
}
