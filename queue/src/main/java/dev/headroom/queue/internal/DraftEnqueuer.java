package dev.headroom.queue.internal;

import dev.headroom.config.Checks;
import dev.headroom.queue.Enqueuer;
import dev.headroom.queue.JobHandle;
import dev.headroom.queue.JobMethod;
import dev.headroom.queue.Unique;
import dev.headroom.queue.batch.BatchBuilder;
import dev.headroom.queue.batch.JobBatch;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An enqueuer with its options; immutable. */
class DraftEnqueuer implements Enqueuer {
    private static final Instant END = Instant.parse("+10000-01-01T00:00:00Z");

    private final Producer producer;
    private final Draft draft;

    DraftEnqueuer(Producer producer, Draft draft) {
        this.producer = producer;
        this.draft = draft;
    }

    @Override
    public Enqueuer in(Connection connection) {
        Checks.present("connection", connection);
        return new DraftEnqueuer(
                producer, new Draft(connection, draft.delay(), draft.at(), draft.priority(), draft.unique()));
    }

    @Override
    public Enqueuer delay(Duration delay) {
        Spans.notNegative("delay", delay);
        return new DraftEnqueuer(
                producer, new Draft(draft.connection(), delay, null, draft.priority(), draft.unique()));
    }

    @Override
    public Enqueuer at(Instant instant) {
        Checks.present("at", instant);
        Checks.that(instant.isBefore(END), "at", instant, "before the year 10000");
        return new DraftEnqueuer(
                producer, new Draft(draft.connection(), Duration.ZERO, instant, draft.priority(), draft.unique()));
    }

    @Override
    public Enqueuer priority(int priority) {
        int checked = Checks.between("priority", priority, 0, Kind.LAST_PRIORITY);
        return new DraftEnqueuer(
                producer, new Draft(draft.connection(), draft.delay(), draft.at(), checked, draft.unique()));
    }

    @Override
    public Enqueuer unique(Unique unique) {
        Checks.present("unique", unique);
        return new DraftEnqueuer(
                producer, new Draft(draft.connection(), draft.delay(), draft.at(), draft.priority(), unique));
    }

    @Override
    public <T> JobHandle enqueue(JobMethod.Plain<T> method) {
        return one(method, null);
    }

    @Override
    public <T> JobHandle enqueue(JobMethod.WithContext<T> method) {
        return one(method, null);
    }

    @Override
    public <T, P> JobHandle enqueue(JobMethod.WithPayload<T, P> method, P payload) {
        return one(method, payload);
    }

    @Override
    public <T, P> JobHandle enqueue(JobMethod.WithBoth<T, P> method, P payload) {
        return one(method, payload);
    }

    @Override
    public JobHandle enqueue(String name, @Nullable Object payload) {
        return producer.enqueue(producer.kinds().named(name), payload, draft);
    }

    @Override
    public <T, P> void enqueueAll(JobMethod.WithPayload<T, P> method, Collection<? extends P> payloads) {
        producer.enqueueAll(producer.kinds().of(method), all(payloads), draft);
    }

    @Override
    public <T, P> void enqueueAll(JobMethod.WithBoth<T, P> method, Collection<? extends P> payloads) {
        producer.enqueueAll(producer.kinds().of(method), all(payloads), draft);
    }

    static List<Object> all(Collection<?> payloads) {
        List<Object> copy = new ArrayList<>(Checks.present("payloads", payloads));
        int none = copy.indexOf(null);
        Checks.that(none < 0, "payloads", "null at " + none, "none that is null");
        return copy;
    }

    @Override
    public JobBatch batch(Consumer<BatchBuilder> jobs) {
        Checks.present("jobs", jobs);
        BatchDraft batch = new BatchDraft(producer.kinds());
        jobs.accept(batch);
        return producer.enqueue(batch, draft);
    }

    private JobHandle one(JobMethod method, @Nullable Object payload) {
        return producer.enqueue(producer.kinds().of(method), payload, draft);
    }
}
