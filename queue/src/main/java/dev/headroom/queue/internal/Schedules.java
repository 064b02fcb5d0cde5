package dev.headroom.queue.internal;

import dev.headroom.queue.internal.sql.NewJob;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Enqueues the kinds that run again and again; each tick by one node alone, in the transaction that takes it. One thread. */
final class Schedules {
    private final Store store;
    private final Kinds kinds;
    private final Producer producer;
    private final Set<String> declared = new HashSet<>();

    Schedules(Store store, Kinds kinds, Producer producer) {
        this.store = store;
        this.kinds = kinds;
        this.producer = producer;
    }

    /** The kinds with a schedule that this process has the code of. */
    List<Kind> all() {
        return kinds.all().stream()
                .filter(kind -> kind.every() != null && kind.code() != null)
                .toList();
    }

    /** Enqueues what is due; true if something was. */
    boolean tick() throws SQLException {
        boolean any = false;
        for (Kind kind : all()) {
            any |= store.transact(connection -> tick(connection, kind));
            declared.add(kind.name());
        }
        return any;
    }

    private boolean tick(Connection connection, Kind kind) throws SQLException {
        Kind.Interval every = java.util.Objects.requireNonNull(kind.every());
        long millis = every.duration().toMillis();
        if (!declared.contains(kind.name())) {
            store.schedules.declare(connection, kind.name(), every.spec(), millis);
        }
        boolean taken = every.afterEnd()
                ? store.schedules.takeDelay(connection, kind.name())
                : store.schedules.takeRate(connection, kind.name(), millis);
        if (taken) {
            NewJob job = producer.job(kind, null, Draft.PLAIN);
            store.jobs.insert(connection, job);
        }
        return taken;
    }

    /** Begins delays anew whose job is gone without a trace. */
    void heal() throws SQLException {
        for (Kind kind : all()) {
            Kind.Interval every = java.util.Objects.requireNonNull(kind.every());
            if (every.afterEnd()) {
                store.transact(connection -> {
                    store.schedules.heal(
                            connection, kind.name(), every.duration().toMillis());
                    return true;
                });
            }
        }
    }
}
