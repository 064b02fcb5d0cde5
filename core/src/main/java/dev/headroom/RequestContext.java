package dev.headroom;

import dev.headroom.config.Checks;
import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.debug.DebugLog;
import dev.headroom.load.Criticality;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * What one request, or one job, carries through every component: trace id, user, tier, criticality, deadline, the position its reads
 * must have reached, and its debug log.
 *
 * <p>The current context belongs to the thread. {@link #open()} makes a context current and puts {@value #MDC_TRACE} and
 * {@value #MDC_USER} into slf4j's MDC; closing the scope brings back what was there before. Work that moves to another thread takes
 * its context along by {@link #wrap(Runnable)} and its siblings. Identity is immutable; the consistency token and the attributes are
 * shared by all threads of the request. Thread-safe.
 *
 * <pre>{@code
 * executor.execute(RequestContext.wrap(() -> log.info("still the same trace id")));
 * }</pre>
 */
public final class RequestContext {
    /** The MDC key of the trace id. */
    public static final String MDC_TRACE = "traceId";

    /** The MDC key of the user. */
    public static final String MDC_USER = "user";

    private static final ThreadLocal<@Nullable RequestContext> CURRENT = new ThreadLocal<>();
    /** Whether any thread ever had one: asking for it takes room in each thread that asks, and there may be very many. */
    private static volatile boolean used;

    private final TraceId traceId;
    private final @Nullable String user;
    private final @Nullable String tier;
    private final Criticality criticality;
    private final @Nullable Deadline deadline;
    private final DebugLog debug;
    private final AtomicReference<ConsistencyToken> consistency;
    private final Map<Key<?>, Object> attributes;

    private RequestContext(Builder builder) {
        this.traceId = builder.traceId != null ? builder.traceId : TraceId.random();
        this.user = builder.user;
        this.tier = builder.tier;
        this.criticality = builder.criticality;
        this.deadline = builder.deadline;
        this.debug = builder.debug;
        this.consistency = builder.consistency;
        this.attributes = builder.attributes;
    }

    /** The thread's context; a new empty one with a random trace id, not kept, if it has none. Never null. */
    public static RequestContext current() {
        RequestContext context = own();
        return context != null ? context : builder().build();
    }

    /** The thread's context, empty outside of a request or job. */
    public static Optional<RequestContext> active() {
        return Optional.ofNullable(own());
    }

    private static @Nullable RequestContext own() {
        return used ? CURRENT.get() : null;
    }

    /** The thread's debug log; keeps nothing outside of a request. Cheaper than {@code current().debug()}. */
    public static DebugLog currentDebug() {
        RequestContext context = own();
        return context == null ? DebugLog.none() : context.debug;
    }

    /** A builder with a random trace id, {@link Criticality#CRITICAL} and nothing else. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that begins with this context's values and shares its consistency token and attributes. */
    public Builder with() {
        Builder builder = new Builder();
        builder.traceId = traceId;
        builder.user = user;
        builder.tier = tier;
        builder.criticality = criticality;
        builder.deadline = deadline;
        builder.debug = debug;
        builder.consistency = consistency;
        builder.attributes = attributes;
        return builder;
    }

    /** The trace this request belongs to. */
    public TraceId traceId() {
        return traceId;
    }

    /** The user's stable identifier, empty for nobody known. */
    public Optional<String> user() {
        return Optional.ofNullable(user);
    }

    /** The user's tier (free, paying …), empty when not known. */
    public Optional<String> tier() {
        return Optional.ofNullable(tier);
    }

    /** How much this request matters. */
    public Criticality criticality() {
        return criticality;
    }

    /** By when it must be done, empty for whenever. */
    public Optional<Deadline> deadline() {
        return Optional.ofNullable(deadline);
    }

    /** Its debug log. */
    public DebugLog debug() {
        return debug;
    }

    /** The position that its reads must have reached. */
    public ConsistencyToken consistency() {
        return consistency.get();
    }

    /** Changes the position; the function may run more than once. For the router: others use {@code Consistency}. */
    public void consistency(UnaryOperator<ConsistencyToken> change) {
        consistency.updateAndGet(change);
    }

    /** What a component has kept with this request. */
    public <T> Optional<T> attribute(Key<T> key) {
        Object value = attributes.get(key);
        return value == null ? Optional.empty() : Optional.of(key.type().cast(value));
    }

    /** Keeps something with this request; null takes it away. */
    public <T> void attribute(Key<T> key, @Nullable T value) {
        if (value == null) {
            attributes.remove(key);
        } else {
            attributes.put(key, key.type().cast(value));
        }
    }

    /** Makes this the thread's context until the scope is closed, on the same thread. */
    public Scope open() {
        return new Scope(this);
    }

    /** Runs work on this context. */
    public <T> T call(Callable<T> work) throws Exception {
        try (Scope scope = open()) {
            Objects.requireNonNull(scope);
            return work.call();
        }
    }

    /** Work that takes the calling thread's context along, or clears the other thread's if there is none. */
    public static Runnable wrap(Runnable work) {
        RequestContext context = own();
        return () -> {
            try (Scope scope = new Scope(context)) {
                Objects.requireNonNull(scope);
                work.run();
            }
        };
    }

    /** Work that takes the calling thread's context along, or clears the other thread's if there is none. */
    public static <T> Callable<T> wrap(Callable<T> work) {
        RequestContext context = own();
        return () -> {
            try (Scope scope = new Scope(context)) {
                Objects.requireNonNull(scope);
                return work.call();
            }
        };
    }

    /** An executor whose tasks each take along the context of the thread that hands them over. */
    public static Executor wrap(Executor executor) {
        return work -> executor.execute(wrap(work));
    }

    @Override
    public String toString() {
        return "RequestContext[" + traceId.value() + ", user=" + user + ", tier=" + tier + ", " + criticality + "]";
    }

    /**
     * A name for something kept with a request.
     *
     * @param name for people
     * @param type the kept value's type
     */
    public record Key<T>(String name, Class<T> type) {}

    /** The time during which a context is the thread's; close it on the thread that opened it. */
    public static final class Scope implements AutoCloseable {
        private final @Nullable RequestContext before;
        private final @Nullable String traceBefore;
        private final @Nullable String userBefore;
        private boolean closed;

        private Scope(@Nullable RequestContext context) {
            this.before = own();
            this.traceBefore = MDC.get(MDC_TRACE);
            this.userBefore = MDC.get(MDC_USER);
            set(context);
            mdc(MDC_TRACE, context == null ? null : context.traceId.value());
            mdc(MDC_USER, context == null ? null : context.user);
        }

        @Override
        public void close() {
            if (closed) {
                return;
            }
            closed = true;
            set(before);
            mdc(MDC_TRACE, traceBefore);
            mdc(MDC_USER, userBefore);
        }

        private static void set(@Nullable RequestContext context) {
            if (context == null) {
                CURRENT.remove();
            } else {
                used = true;
                CURRENT.set(context);
            }
        }

        private static void mdc(String key, @Nullable String value) {
            if (value == null) {
                MDC.remove(key);
            } else {
                MDC.put(key, value);
            }
        }
    }

    /** Collects a context's values. Not thread-safe. */
    public static final class Builder {
        private @Nullable TraceId traceId;
        private @Nullable String user;
        private @Nullable String tier;
        private Criticality criticality = Criticality.CRITICAL;
        private @Nullable Deadline deadline;
        private DebugLog debug = DebugLog.none();
        private AtomicReference<ConsistencyToken> consistency = new AtomicReference<>(ConsistencyToken.NONE);
        private Map<Key<?>, Object> attributes = new ConcurrentHashMap<>();

        private Builder() {}

        /** The trace. Default: random. */
        public Builder traceId(TraceId traceId) {
            this.traceId = Checks.present("traceId", traceId);
            return this;
        }

        /** The user's stable identifier. Default: nobody. */
        public Builder user(@Nullable String user) {
            this.user = user;
            return this;
        }

        /** The user's tier. Default: not known. */
        public Builder tier(@Nullable String tier) {
            this.tier = tier;
            return this;
        }

        /** How much it matters. Default: {@link Criticality#CRITICAL}. */
        public Builder criticality(Criticality criticality) {
            this.criticality = Checks.present("criticality", criticality);
            return this;
        }

        /** By when it must be done. Default: whenever. */
        public Builder deadline(@Nullable Deadline deadline) {
            this.deadline = deadline;
            return this;
        }

        /** By when it must be done, from now. */
        public Builder deadline(Duration within) {
            return deadline(Deadline.after(within));
        }

        /** Where its debug lines go. Default: nowhere. */
        public Builder debug(DebugLog debug) {
            this.debug = Checks.present("debug", debug);
            return this;
        }

        /** The position that its reads must have reached; begins a new position, shared with nobody. */
        public Builder consistency(ConsistencyToken token) {
            this.consistency = new AtomicReference<>(Checks.present("token", token));
            return this;
        }

        /** The context. */
        public RequestContext build() {
            return new RequestContext(this);
        }
    }
}
