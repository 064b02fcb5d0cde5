package dev.headroom.queue.internal;

import dev.headroom.config.Checks;
import dev.headroom.queue.JobHandle;
import dev.headroom.queue.JobMethod;
import dev.headroom.queue.batch.BatchBuilder;
import dev.headroom.queue.batch.BatchStep;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The jobs of a batch, in the order in which they were added, which is one in which they may run. */
final class BatchDraft implements BatchBuilder {
    private final Kinds kinds;
    private final List<Step> steps = new ArrayList<>();
    private @Nullable Step onEnd;

    BatchDraft(Kinds kinds) {
        this.kinds = kinds;
    }

    /** A job to be. */
    final class Step implements BatchStep {
        final Kind kind;
        final @Nullable Object payload;
        /** Those it waits for, and whether their end is enough. */
        final Map<Integer, Boolean> waitsFor = new TreeMap<>();

        private final int number;
        private @Nullable JobHandle job;

        Step(Kind kind, @Nullable Object payload, int number) {
            this.kind = kind;
            this.payload = payload;
            this.number = number;
        }

        @Override
        public BatchStep after(BatchStep... others) {
            return waitFor(others, false);
        }

        @Override
        public BatchStep afterEnd(BatchStep... others) {
            return waitFor(others, true);
        }

        private BatchStep waitFor(BatchStep[] others, boolean atAnyEnd) {
            for (BatchStep other : others) {
                boolean earlier = other instanceof Step step && step.batch() == BatchDraft.this && step.number < number;
                if (!earlier || this == onEnd) {
                    throw new IllegalArgumentException("after: " + other + " (expected: an earlier step of the batch)");
                }
                waitsFor.put(((Step) other).number, atAnyEnd);
            }
            return this;
        }

        private BatchDraft batch() {
            return BatchDraft.this;
        }

        void enqueued(JobHandle handle) {
            job = handle;
        }

        @Override
        public JobHandle job() {
            if (job == null) {
                throw new IllegalStateException("batch: not enqueued (expected: enqueued)");
            }
            return job;
        }

        @Override
        public String toString() {
            return "step " + number + " " + kind.name();
        }
    }

    List<Step> steps() {
        return steps;
    }

    @Nullable Step end() {
        return onEnd;
    }

    private Step step(JobMethod method, @Nullable Object payload) {
        Step step = new Step(kinds.of(Checks.present("method", method)), payload, steps.size());
        steps.add(step);
        return step;
    }

    private BatchStep end(JobMethod method, @Nullable Object payload) {
        if (onEnd != null) {
            throw new IllegalStateException("onEnd: twice (expected: once)");
        }
        onEnd = new Step(kinds.of(Checks.present("method", method)), payload, Integer.MAX_VALUE);
        return onEnd;
    }

    @Override
    public <T> BatchStep add(JobMethod.Plain<T> method) {
        return step(method, null);
    }

    @Override
    public <T> BatchStep add(JobMethod.WithContext<T> method) {
        return step(method, null);
    }

    @Override
    public <T, P> BatchStep add(JobMethod.WithPayload<T, P> method, P payload) {
        return step(method, payload);
    }

    @Override
    public <T, P> BatchStep add(JobMethod.WithBoth<T, P> method, P payload) {
        return step(method, payload);
    }

    @Override
    public <T, P> List<BatchStep> addAll(JobMethod.WithPayload<T, P> method, Collection<? extends P> payloads) {
        return payloads.stream().map(each -> (BatchStep) step(method, each)).toList();
    }

    @Override
    public <T, P> List<BatchStep> addAll(JobMethod.WithBoth<T, P> method, Collection<? extends P> payloads) {
        return payloads.stream().map(each -> (BatchStep) step(method, each)).toList();
    }

    @Override
    public <T> BatchStep onEnd(JobMethod.Plain<T> method) {
        return end(method, null);
    }

    @Override
    public <T> BatchStep onEnd(JobMethod.WithContext<T> method) {
        return end(method, null);
    }

    @Override
    public <T, P> BatchStep onEnd(JobMethod.WithPayload<T, P> method, P payload) {
        return end(method, payload);
    }

    @Override
    public <T, P> BatchStep onEnd(JobMethod.WithBoth<T, P> method, P payload) {
        return end(method, payload);
    }
}
