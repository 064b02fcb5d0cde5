package dev.headroom.queue.internal;

import dev.headroom.queue.JobContext;
import dev.headroom.queue.spi.JobMiddleware;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The middleware of a queue, the first one outermost. Immutable. */
public record Middlewares(List<JobMiddleware> all) {
    /** Copies. */
    public Middlewares {
        all = List.copyOf(all);
    }

    private record Run(
            Middlewares middlewares,
            int next,
            Kind.Code code,
            @Nullable Object payload,
            JobContext context) implements JobMiddleware.Run {
        @Override
        public @Nullable Object proceed() throws Exception {
            return next == middlewares.all.size()
                    ? code.run(payload, context)
                    : middlewares.all.get(next).run(new Run(middlewares, next + 1, code, payload, context));
        }
    }

    @Nullable Object run(Kind.Code code, @Nullable Object payload, JobContext context) throws Exception {
        return new Run(this, 0, code, payload, context).proceed();
    }

    private final class Enqueue<T> implements JobMiddleware.Enqueue {
        private final String name;
        private final List<@Nullable Object> payloads;
        private final Supplier<T> insertion;
        private final int next;
        private @Nullable T inserted;

        Enqueue(String name, List<@Nullable Object> payloads, Supplier<T> insertion, int next) {
            this.name = name;
            this.payloads = payloads;
            this.insertion = insertion;
            this.next = next;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public List<@Nullable Object> payloads() {
            return payloads;
        }

        @Override
        public void proceed() {
            inserted = result();
        }

        private T result() {
            if (next == all.size()) {
                return insertion.get();
            }
            Enqueue<T> inner = new Enqueue<>(name, payloads, insertion, next + 1);
            all.get(next).enqueue(inner);
            T result = inner.inserted;
            if (result == null) {
                throw new IllegalStateException("middleware: "
                        + all.get(next).getClass().getName() + " did not proceed with an enqueue of " + name
                        + " (expected: Enqueue.proceed() called, or an exception)");
            }
            return result;
        }
    }

    /** @param insertion gives anything but null */
    <T> T enqueue(String name, List<? extends @Nullable Object> payloads, Supplier<T> insertion) {
        if (all.isEmpty()) {
            return insertion.get();
        }
        List<@Nullable Object> given = Collections.unmodifiableList(new ArrayList<@Nullable Object>(payloads));
        return new Enqueue<>(name, given, insertion, 0).result();
    }
}
