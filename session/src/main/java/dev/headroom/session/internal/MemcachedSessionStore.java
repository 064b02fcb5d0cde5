package dev.headroom.session.internal;

import dev.headroom.memcached.CasOutcome;
import dev.headroom.memcached.Memcached;
import dev.headroom.memcached.MemcachedException;
import dev.headroom.memcached.MemcachedException.Kind;
import dev.headroom.memcached.MemcachedNode;
import dev.headroom.session.spi.SessionStore;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;

/** Sessions in memcached, one copy each. Every operation ends within the client's operation timeout. */
public final class MemcachedSessionStore implements SessionStore {
    private final Memcached memcached;

    /** A store on these nodes, which it does not close. */
    public MemcachedSessionStore(Memcached memcached) {
        this.memcached = memcached;
    }

    @Override
    public String name() {
        return "memcached";
    }

    @Override
    public Optional<Versioned> load(String key) {
        return wait(memcached.node(key).gets(key)).map(item -> new Versioned(item.value(), item.cas()));
    }

    @Override
    public boolean create(String key, byte[] value, Duration ttl) {
        return wait(memcached.node(key).add(key, value, ttl));
    }

    @Override
    public Outcome replace(String key, long version, byte[] value, Duration ttl) {
        CasOutcome outcome = wait(memcached.node(key).cas(key, version, value, ttl));
        return switch (outcome) {
            case STORED -> Outcome.STORED;
            case EXISTS -> Outcome.CONFLICT;
            case NOT_FOUND -> Outcome.GONE;
        };
    }

    @Override
    public void delete(String key) {
        wait(memcached.node(key).delete(key));
    }

    @Override
    public boolean available() {
        return memcached.nodes().stream().allMatch(node -> node.state() == MemcachedNode.State.UP);
    }

    @Override
    public void probe() {
        for (MemcachedNode node : memcached.nodes()) {
            wait(node.version());
        }
    }

    @Override
    public void close() {
        // The client is the caller's.
    }

    private static <T> T wait(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get();
        } catch (ExecutionException failed) {
            Throwable cause = failed.getCause();
            boolean refused = cause instanceof MemcachedException known && known.kind() == Kind.REFUSED;
            throw new SessionStoreException(
                    String.valueOf(cause == null ? failed : cause.getMessage()), cause, refused);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new SessionStoreException("interrupted while waiting for memcached", interrupted, false);
        }
    }
}
