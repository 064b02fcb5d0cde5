package dev.headroom.memcached.internal;

import dev.headroom.memcached.CasOutcome;
import dev.headroom.memcached.Item;
import dev.headroom.memcached.Keys;
import dev.headroom.memcached.MemcachedException;
import dev.headroom.memcached.MemcachedException.Kind;
import dev.headroom.memcached.MemcachedMeters;
import dev.headroom.memcached.MemcachedNode;
import dev.headroom.memcached.MemcachedPort;
import dev.headroom.memcached.MetaGet;
import dev.headroom.memcached.MetaReply;
import dev.headroom.meter.Meters;
import dev.headroom.meter.Timer;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A port behind its breaker: makes keys safe, refuses what is too large, counts. Only while the breaker is closed are operations tried. */
final class GuardedNode implements MemcachedNode {
    private final NodeAddress address;
    private final MemcachedPort port;
    private final CircuitBreaker breaker;
    private final int maximumValueBytes;
    private final Timer ok;
    private final Map<Kind, Timer> failed = new EnumMap<>(Kind.class);
    private volatile @Nullable MemcachedException lastFailure;

    GuardedNode(NodeAddress address, MemcachedPort port, CircuitBreaker breaker, int maximumValueBytes, Meters meters) {
        this.address = address;
        this.port = port;
        this.breaker = breaker;
        this.maximumValueBytes = maximumValueBytes;
        this.ok = timer(meters, "ok");
        for (Kind kind : Kind.values()) {
            failed.put(kind, timer(meters, kind.name().toLowerCase(Locale.ROOT)));
        }
    }

    private Timer timer(Meters meters, String result) {
        return meters.timer(MemcachedMeters.OPERATIONS, "node", address.id(), "result", result);
    }

    @Override
    public String id() {
        return address.id();
    }

    @Override
    public State state() {
        return switch (breaker.getState()) {
            case OPEN, FORCED_OPEN -> State.DOWN;
            case HALF_OPEN -> State.PROBING;
            default -> State.UP;
        };
    }

    @Override
    public CompletionStage<Optional<byte[]>> get(String key) {
        return guard(node -> node.get(Keys.safe(key)));
    }

    @Override
    public CompletionStage<Optional<Item>> gets(String key) {
        return guard(node -> node.gets(Keys.safe(key)));
    }

    @Override
    public CompletionStage<List<Optional<Item>>> getsAll(List<String> keys) {
        return guard(node -> node.getsAll(safe(keys)));
    }

    private static List<String> safe(List<String> keys) {
        return keys.stream().map(Keys::safe).toList();
    }

    @Override
    public CompletionStage<Void> set(String key, byte[] value, Duration ttl) {
        return sized(value, node -> node.set(Keys.safe(key), value, ttl));
    }

    @Override
    public CompletionStage<Boolean> add(String key, byte[] value, Duration ttl) {
        return sized(value, node -> node.add(Keys.safe(key), value, ttl));
    }

    @Override
    public CompletionStage<CasOutcome> cas(String key, long cas, byte[] value, Duration ttl) {
        return sized(value, node -> node.cas(Keys.safe(key), cas, value, ttl));
    }

    @Override
    public CompletionStage<Boolean> touch(String key, Duration ttl) {
        return guard(node -> node.touch(Keys.safe(key), ttl));
    }

    @Override
    public CompletionStage<List<Boolean>> touchAll(List<String> keys, Duration ttl) {
        return guard(node -> node.touchAll(safe(keys), ttl));
    }

    @Override
    public CompletionStage<Boolean> delete(String key) {
        return guard(node -> node.delete(Keys.safe(key)));
    }

    @Override
    public CompletionStage<Optional<Long>> increment(String key, long by) {
        if (by < 0) {
            throw new IllegalArgumentException("by: " + by + " (expected: >= 0)");
        }
        return guard(node -> node.increment(Keys.safe(key), by));
    }

    @Override
    public CompletionStage<MetaReply> metaGet(String key, String flags) {
        return guard(node -> node.metaGet(Keys.safe(key), flags));
    }

    @Override
    public CompletionStage<List<MetaReply>> metaGetAll(List<MetaGet> gets) {
        List<MetaGet> safe = new ArrayList<>(gets.size());
        for (MetaGet get : gets) {
            String key = Keys.safe(get.key());
            safe.add(key.equals(get.key()) ? get : new MetaGet(key, get.flags()));
        }
        return guard(node -> node.metaGetAll(safe));
    }

    @Override
    public CompletionStage<MetaReply> metaSet(String key, byte[] value, String flags) {
        return sized(value, node -> node.metaSet(Keys.safe(key), value, flags));
    }

    @Override
    public CompletionStage<MetaReply> metaDelete(String key, String flags) {
        return guard(node -> node.metaDelete(Keys.safe(key), flags));
    }

    @Override
    public CompletionStage<Boolean> knowsMeta() {
        return guard(MemcachedPort::knowsMeta);
    }

    @Override
    public long connectionNumber() {
        return port.connectionNumber();
    }

    @Override
    public CompletionStage<String> version() {
        return guard(MemcachedPort::version);
    }

    private <T> CompletionStage<T> sized(byte[] value, Function<MemcachedPort, CompletionStage<T>> operation) {
        if (value.length > maximumValueBytes) {
            return refuse(
                    Kind.REFUSED, "value of " + value.length + " bytes (expected: at most " + maximumValueBytes + ")");
        }
        return guard(operation);
    }

    private <T> CompletionStage<T> guard(Function<MemcachedPort, CompletionStage<T>> operation) {
        if (breaker.getState() != CircuitBreaker.State.CLOSED || !breaker.tryAcquirePermission()) {
            return refuse(Kind.BREAKER_OPEN, "breaker " + breaker.getState());
        }
        long start = System.nanoTime();
        CompletionStage<T> stage = operation.apply(port);
        if (stage instanceof Reply<T> reply) {
            reply.whenEnded(failure -> ended(System.nanoTime() - start, failure));
            return reply;
        }
        return stage.whenComplete((value, failure) -> ended(System.nanoTime() - start, failure));
    }

    private void ended(long nanos, @Nullable Throwable thrown) {
        Throwable failure = thrown instanceof CompletionException wrapped ? wrapped.getCause() : thrown;
        if (failure == null) {
            breaker.onSuccess(nanos, TimeUnit.NANOSECONDS);
            ok.recordNanos(nanos);
            return;
        }
        Kind kind = failure instanceof MemcachedException known ? known.kind() : Kind.REFUSED;
        if (failure instanceof MemcachedException known) {
            lastFailure = known;
        }
        if (kind == Kind.REFUSED) {
            breaker.onSuccess(nanos, TimeUnit.NANOSECONDS);
        } else if (kind == Kind.OVERLOADED) {
            // Our own queue was full: the node was not asked, so it says nothing about the node.
            breaker.releasePermission();
        } else {
            breaker.onError(nanos, TimeUnit.NANOSECONDS, failure);
        }
        count(kind, nanos);
    }

    private <T> CompletionStage<T> refuse(Kind kind, String what) {
        count(kind, 0);
        MemcachedException last = lastFailure;
        String message =
                "memcached " + address + ": " + what + (last == null ? "" : ", last failure: " + last.getMessage());
        return CompletableFuture.failedFuture(new MemcachedException(kind, message, null));
    }

    private void count(Kind kind, long nanos) {
        Timer timer = failed.get(kind);
        if (timer != null) {
            timer.recordNanos(nanos);
        }
    }

    @Override
    public String toString() {
        return "memcached " + address + " " + state();
    }
}
