package dev.headroom.queue.internal;

import dev.headroom.config.Checks;
import dev.headroom.config.Problems;
import dev.headroom.queue.JobMethod;
import dev.headroom.queue.Tx;
import java.lang.reflect.Method;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The kinds of job that this process knows: by name, and by the method that a method reference names. Thread-safe. */
final class Kinds {
    private final Map<String, Kind> byName = new ConcurrentHashMap<>();

    /** By the class of a method reference: one for each place in the code. Weak in the class, as its value is not kept by others. */
    private final ClassValue<Kind[]> byReference = new ClassValue<>() {
        @Override
        protected Kind[] computeValue(Class<?> type) {
            return new Kind[1];
        }
    };

    private final Set<String> inTurns = ConcurrentHashMap.newKeySet();

    /** @param problems told of those that can't be beside one another */
    Kinds(Collection<Kind> kinds, Problems problems) {
        kinds.stream().filter(kind -> kind.fairBy() != null).map(Kind::queue).forEach(inTurns::add);
        for (Kind kind : kinds) {
            problems.unless(
                    byName.putIfAbsent(kind.name(), kind) == null,
                    "@Job name",
                    kind.name(),
                    "one handler of that name");
        }
        for (Kind kind : kinds) {
            problems.unless(
                    kind.tx() == Tx.LOCK_IN_TX || !locks(kind.queue()),
                    "@Job tx of " + kind.name(),
                    kind.tx().name(),
                    "LOCK_IN_TX as the others of its queue " + kind.queue());
        }
    }

    /** Whether a queue's jobs are locked by the transactions that run them. */
    boolean locks(String queue) {
        return byName.values().stream()
                .anyMatch(kind -> kind.code() != null && kind.queue().equals(queue) && kind.tx() == Tx.LOCK_IN_TX);
    }

    void add(Kind kind) {
        if (locks(kind.queue())) {
            throw new IllegalStateException("queue: " + kind.queue() + " (expected: no kinds with LOCK_IN_TX)");
        }
        if (byName.putIfAbsent(kind.name(), kind) != null) {
            throw new IllegalStateException("name: " + kind.name() + " (expected: a name that has no handler)");
        }
    }

    /** Whether this process has a handler of a queue. */
    boolean serves(String queue) {
        return byName.values().stream()
                .anyMatch(kind -> kind.code() != null && kind.queue().equals(queue));
    }

    /** Whether a handler of a queue's here holds a transaction while it runs. */
    boolean hasTransactions(String queue) {
        return byName.values().stream()
                .anyMatch(kind -> kind.code() != null
                        && kind.queue().equals(queue)
                        && kind.tx().isTransaction());
    }

    /** Whether a handler here wants jobs of a queue taken up lane by lane. */
    boolean takeTurns(String queue) {
        return inTurns.contains(queue);
    }

    @Nullable Kind find(String name) {
        return byName.get(name);
    }

    Kind named(String name) {
        Kind kind = byName.get(Checks.present("name", name));
        if (kind == null) {
            throw new IllegalArgumentException("name: " + name + " (expected: one of " + byName.keySet() + ")");
        }
        return kind;
    }

    Collection<Kind> all() {
        return List.copyOf(byName.values());
    }

    Kind of(JobMethod reference) {
        Kind[] kept = byReference.get(Checks.present("method", reference).getClass());
        Kind kind = kept[0];
        if (kind == null) {
            kind = resolve(MethodReferences.read(reference));
            kept[0] = kind;
        }
        return kind;
    }

    private Kind resolve(MethodReferences.Named named) {
        Method method = HandlerScan.annotated(
                        named.type(), named.method(), named.signature().parameterList())
                .orElseThrow(() -> new IllegalArgumentException("method: "
                        + named.type().getName() + "::" + named.method() + " (expected: a method with @Job)"));
        Kind declared = HandlerScan.kind(method, null);
        return byName.getOrDefault(declared.name(), declared);
    }
}
