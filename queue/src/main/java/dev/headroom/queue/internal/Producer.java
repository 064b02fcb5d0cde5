package dev.headroom.queue.internal;

import dev.headroom.RequestContext;
import dev.headroom.config.Checks;
import dev.headroom.debug.DebugLog;
import dev.headroom.queue.DuplicateJobException;
import dev.headroom.queue.JobHandle;
import dev.headroom.queue.QueueException;
import dev.headroom.queue.QueueMeters;
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
import org.jspecify.annotations.Nullable;

/** Inserts jobs: in the caller's transaction, in the thread's, or in one of its own. Thread-safe. */
final class Producer {
    private final QueueOptions options;
    private final Store store;
    private final Kinds kinds;
    private final QueueNames names;
    private final Connected connected;
    private final LocalRuns runs;
    private final Runnable wake;
    private final JsonPayloads payloads;

    Producer(
            QueueOptions options,
            Store store,
            Kinds kinds,
            QueueNames names,
            Connected connected,
            LocalRuns runs,
            Runnable wake) {
        this.options = options;
        this.store = store;
        this.kinds = kinds;
        this.names = names;
        this.connected = connected;
        this.runs = runs;
        this.wake = wake;
        this.payloads = new JsonPayloads(options.maxPayload());
    }

    Kinds kinds() {
        return kinds;
    }

    /** The handle of a job that was enqueued before. */
    StoredJob handle(long id, String name) {
        return new StoredJob(store, runs, payloads, id, name);
    }

    JobHandle enqueue(Kind kind, @Nullable Object payload, Draft draft) {
        NewJob job = job(kind, payload, draft);
        UniqueJobs.Placed placed = options.middlewares()
                .enqueue(
                        kind.name(),
                        Collections.singletonList(payload),
                        () -> insert(kind, draft, 1, connection -> insert(connection, kind, job, draft)));
        Unique unique = draft.unique();
        if (placed.refused() && unique != null) {
            // Not earlier: an exception in a transaction that others began would have it rolled back.
            throw new DuplicateJobException(
                    "unique: " + unique.key() + " (expected: no other " + kind.name() + "; job " + placed.id() + " is)",
                    placed.id());
        }
        return handle(placed.id(), kind.name());
    }

    /** Inserts a job with the row of its limit and that of its result. */
    void insert(Connection connection, Kind kind, NewJob job) throws SQLException {
        insert(connection, kind, job, Draft.PLAIN);
    }

    private UniqueJobs.Placed insert(Connection connection, Kind kind, NewJob job, Draft draft) throws SQLException {
        Unique unique = draft.unique();
        UniqueJobs.Placed placed = unique == null
                ? new UniqueJobs.Placed(store.jobs.insert(connection, job), true, false)
                : store.unique.place(connection, job, unique);
        String limit = job.limitKey();
        if (placed.inserted() && limit != null) {
            store.limits.open(connection, placed.id(), limit, job.priority());
        }
        if (placed.inserted() && kind.track()) {
            store.results.open(connection, placed.id(), kind.name());
        }
        return placed;
    }

    void enqueueAll(Kind kind, Collection<?> given, Draft draft) {
        Checks.that(draft.unique() == null, "unique", "enqueueAll", "jobs enqueued one by one");
        if (!given.isEmpty()) {
            List<NewJob> jobs =
                    given.stream().map(payload -> job(kind, payload, draft)).toList();
            options.middlewares()
                    .enqueue(
                            kind.name(),
                            List.copyOf(given),
                            () -> insert(kind, draft, jobs.size(), connection -> {
                                if (kind.track() || kind.limits() != null) {
                                    for (NewJob job : jobs) {
                                        insert(connection, kind, job, draft);
                                    }
                                } else {
                                    store.jobs.insertAll(connection, jobs);
                                }
                                return true;
                            }));
        }
    }

    /** The handle of a batch that was enqueued before. */
    JobBatch batch(long id) {
        return new StoredBatch(store, runs, id);
    }

    JobBatch enqueue(BatchDraft batch, Draft draft) {
        Checks.that(draft.unique() == null, "unique", "batch", "jobs enqueued one by one");
        List<NewJob> jobs = new ArrayList<>();
        for (BatchDraft.Step step : batch.steps()) {
            jobs.add(job(step.kind, step.payload, draft).batched(!step.waitsFor.isEmpty()));
            options.middlewares().enqueue(step.kind.name(), Collections.singletonList(step.payload), () -> true);
        }
        BatchDraft.Step end = batch.end();
        Checks.that(end != null || !jobs.isEmpty(), "batch", "empty", "at least one job");
        if (end != null) {
            options.middlewares().enqueue(end.kind.name(), Collections.singletonList(end.payload), () -> true);
        }
        Kind named = end != null ? end.kind : batch.steps().get(0).kind;
        return insert(named, draft, jobs.size() + (end == null ? 0 : 1), connection -> {
            long id = store.batches.open(connection, jobs.size());
            List<Long> ids = new ArrayList<>();
            Map<Long, Integer> members = new TreeMap<>();
            List<BatchTable.Edge> edges = new ArrayList<>();
            for (int i = 0; i < jobs.size(); i++) {
                BatchDraft.Step step = batch.steps().get(i);
                long job = insert(connection, step, jobs.get(i));
                ids.add(job);
                members.put(job, step.waitsFor.size());
                step.waitsFor.forEach(
                        (other, atAnyEnd) -> edges.add(new BatchTable.Edge(ids.get(other), job, atAnyEnd)));
            }
            if (end != null) {
                long job = insert(
                        connection, end, job(end.kind, end.payload, draft).batched(!jobs.isEmpty()));
                members.put(job, 0);
                store.batches.onEnd(connection, id, job);
            }
            store.batches.members(connection, id, members);
            store.batches.edges(connection, edges);
            return batch(id);
        });
    }

    private long insert(Connection connection, BatchDraft.Step step, NewJob job) throws SQLException {
        long id = insert(connection, step.kind, job, Draft.PLAIN).id();
        step.enqueued(handle(id, step.kind.name()));
        return id;
    }

    /** The row of a job, whose context is that of the calling thread. */
    NewJob job(Kind kind, @Nullable Object payload, Draft draft) {
        checkPayload(kind, payload);
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
                unique == null ? null : kind.name() + ":" + unique.key(),
                Limits.lane(kind.fairBy(), payload),
                (unique != null && unique.until() == Unique.Until.START ? NewJob.UNIQUE_UNTIL_START : 0)
                        + (limits != null ? NewJob.LIMITED : 0),
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
        DebugLog debug = RequestContext.currentDebug();
        long began = System.nanoTime();
        try {
            T inserted = place(draft, insertion);
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

    private <T> T place(Draft draft, Sql.Work<T> insertion) throws SQLException {
        Connection given = draft.connection();
        if (given != null) {
            return placeIn(given, insertion);
        }
        CurrentTransaction current = options.currentTransaction();
        Connection borrowed = current.connection();
        if (borrowed == null) {
            return JdbcTransactions.inTransaction(options.dataSource(), own -> placeIn(own, insertion));
        }
        T inserted = insertion.on(borrowed);
        if (!current.afterCommit(wake)) {
            wakeAfterCommit(borrowed);
        }
        return inserted;
    }

    private <T> T placeIn(Connection borrowed, Sql.Work<T> insertion) throws SQLException {
        T inserted = insertion.on(borrowed);
        wakeAfterCommit(borrowed);
        return inserted;
    }

    private void wakeAfterCommit(Connection borrowed) {
        Connection real = BorrowedConnection.real(borrowed);
        if (!JdbcTransactions.hook().afterCommit(real, wake)) {
            connected.get().transactions().afterCommit(real, wake);
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
