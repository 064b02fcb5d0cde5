package dev.headroom.cache.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.headroom.RequestContext;
import dev.headroom.cache.spi.Backplane;
import dev.headroom.cache.spi.SharedNode;
import dev.headroom.cache.spi.SharedTier;
import dev.headroom.cache.spi.SharedTierException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The shared tier's nodes, and the threads that hold leases, follow the journals and drop late what could not be dropped in time. */
final class Homes implements Backplane.Listener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Homes.class);
    /** For each node two that may wait for it, and one for the rest; of many nodes hardly more than a few hang. */
    private static final int MOST_THREADS = 16;

    /** How long a lease lasts without a sign of life of its holder: on memcached, whose clock ticks once a second, between one second and this. */
    static final Duration LEASE = Duration.ofSeconds(2);

    /** How often its holder gives a sign of life. */
    static final Duration BEAT = LEASE.dividedBy(6);

    final String namespace;
    /** Names of the nodes there are. */
    final String nodes;

    final String origin = UUID.randomUUID().toString();
    private final SharedTier tier;
    private final Map<SharedNode, Home> homes = new LinkedHashMap<>();
    /** Null if there are several. */
    private final @Nullable Home only;

    /** Null if nobody is told what is dropped. */
    private final @Nullable Backplane backplane;

    private final @Nullable Outbox outbox;
    private final Map<String, SharedSide> sides = new ConcurrentHashMap<>();
    private final ScheduledThreadPoolExecutor threads;

    /**
     * Those of this tier.
     *
     * @param poll how often to look for what others dropped; zero for never
     * @param given what others are told by, in place of the journals that the nodes have
     */
    Homes(SharedTier tier, String namespace, Duration poll, @Nullable Backplane given) {
        this.tier = tier;
        this.namespace = namespace;
        this.nodes = tier.nodes().stream().map(Homes::name).sorted().collect(Collectors.joining(","));
        AtomicInteger number = new AtomicInteger();
        this.threads = new ScheduledThreadPoolExecutor(
                Math.min(MOST_THREADS, 2 * tier.nodes().size() + 1), work -> {
                    Thread thread = new Thread(work, "headroom-cache-shared-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.setRemoveOnCancelPolicy(true);
        for (SharedNode node : tier.nodes()) {
            Home home = new Home(node, () -> sides.values().forEach(SharedSide::distrust));
            homes.put(node, home);
            long beat = BEAT.toNanos();
            threads.scheduleAtFixedRate(() -> quietly(home.beats::beat), beat, beat, TimeUnit.NANOSECONDS);
        }
        this.only = homes.size() == 1 ? homes.values().iterator().next() : null;
        this.outbox = given == null ? null : new Outbox(given, Dropped.LOST.text(namespace, origin));
        String nothing = Dropped.NOTHING.text(namespace, origin);
        this.backplane = outbox != null
                ? outbox
                : poll.isZero() ? null : new Journals(homes.values(), namespace, nothing, poll, threads);
        threads.scheduleWithFixedDelay(this::catchUp, 100, 100, TimeUnit.MILLISECONDS);
        Outbox own = outbox;
        if (own != null) { // which may be slow
            threads.scheduleWithFixedDelay(() -> quietly(own::catchUp), 100, 100, TimeUnit.MILLISECONDS);
        }
    }

    /** From now on this JVM hears what others drop. */
    void listen() {
        if (backplane != null) {
            backplane.subscribe(this);
        }
    }

    Home of(String key) {
        Home one = only;
        return one != null ? one : Objects.requireNonNull(homes.get(tier.node(key)), "home");
    }

    /** A node's, of letters that nothing else means anything by. */
    static String name(SharedNode node) {
        return URLEncoder.encode(node.id(), UTF_8);
    }

    /** Says for a key which node it would belong to if there were the nodes of these names, by its identifier; empty if the tier can't tell. */
    Optional<UnaryOperator<String>> placement(String names) {
        return tier.placement(Stream.of(names.split(","))
                .map(name -> URLDecoder.decode(name, UTF_8))
                .toList());
    }

    Collection<Home> all() {
        return homes.values();
    }

    /**
     * Does it at all nodes at the same time, so that several that hang cost no more than one. This thread does what no other has begun yet, so that it waits for nobody
     * who never comes to it.
     *
     * @throws RuntimeException what the first of those that failed threw, after the others have ended
     */
    void atOnce(Consumer<Home> work) {
        List<FutureTask<?>> tasks = new ArrayList<>();
        for (Home home : homes.values()) {
            tasks.add(new FutureTask<>(RequestContext.wrap(() -> work.accept(home)), null));
        }
        try {
            tasks.stream().skip(1).forEach(threads::execute);
        } catch (RejectedExecutionException closed) {
            LOG.debug("cache: the nodes are asked one after another", closed);
        }
        tasks.forEach(FutureTask::run); // each runs once, whoever comes first
        Throwable failure = null;
        for (FutureTask<?> task : tasks) {
            Throwable another = failure(task);
            if (failure == null) {
                failure = another;
            } else if (another != null && another != failure) {
                failure.addSuppressed(another);
            }
        }
        if (failure instanceof Error serious) {
            throw serious;
        }
        if (failure instanceof RuntimeException failed) {
            throw failed;
        }
    }

    /** What a task that has begun ends with; null for nothing. */
    private static @Nullable Throwable failure(FutureTask<?> begun) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    begun.get();
                    return null;
                } catch (InterruptedException later) {
                    interrupted = true;
                } catch (ExecutionException failed) {
                    return failed.getCause();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** How many drops wait for a node to come back. */
    int pending() {
        return homes.values().stream().mapToInt(Home::pending).sum();
    }

    /** How many drops nodes refused to do. */
    long givenUp() {
        return homes.values().stream().mapToLong(Home::givenUp).sum();
    }

    void add(SharedSide side) {
        sides.put(side.name(), side);
    }

    @Override
    public void heard(String message) {
        Dropped dropped = read(message);
        if (dropped == null) {
            return;
        }
        if (dropped.kind().equals(Dropped.LOST.kind())) {
            lost();
            return;
        }
        SharedSide side = sides.get(dropped.cache());
        if (side != null) {
            quietly(() -> side.heard(dropped));
        }
    }

    private @Nullable Dropped read(String message) {
        try {
            return Dropped.of(message, namespace, origin);
        } catch (RuntimeException malformed) {
            LOG.warn("cache: a message of other JVMs can't be read, whatever it was to drop", malformed);
            return Dropped.LOST;
        }
    }

    @Override
    public void lost() {
        sides.values().forEach(SharedSide::distrust);
    }

    /** Tells other JVMs what was dropped at a node, if anybody is told. */
    void tell(SharedNode node, Dropped dropped) {
        if (backplane != null) {
            backplane.publish(node.id(), dropped.text(namespace, origin));
        }
    }

    /** Tells them of what can't be dropped yet, where that takes no node: they would serve it from their own memory, for what is held is good while a node can't be asked. */
    void tellAtOnce(SharedNode node, Dropped dropped) {
        if (outbox != null) {
            outbox.publish(node.id(), dropped.text(namespace, origin));
        }
    }

    private void catchUp() {
        for (Home home : homes.values()) {
            if (home.pending() > 0) {
                quietly(home::replay);
            }
            quietly(home.releases::release);
        }
    }

    static void quietly(Runnable work) {
        try {
            work.run();
        } catch (SharedTierException unreachable) {
            LOG.debug("cache: shared tier: {}", unreachable.getMessage());
        } catch (RuntimeException unexpected) {
            LOG.warn("cache: shared tier", unexpected);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        try {
            if (backplane != null) {
                backplane.close();
            }
        } finally {
            tier.close();
        }
    }
}
