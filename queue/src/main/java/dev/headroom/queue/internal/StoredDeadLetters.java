package dev.headroom.queue.internal;

import dev.headroom.config.Checks;
import dev.headroom.queue.DeadJob;
import dev.headroom.queue.DeadLetters;
import java.util.List;

/** Dead letters in the database. Thread-safe. */
final class StoredDeadLetters implements DeadLetters {
    private final Store store;
    private final Runnable wake;

    StoredDeadLetters(Store store, Runnable wake) {
        this.store = store;
        this.wake = wake;
    }

    @Override
    public List<DeadJob> newest(int limit) {
        int checked = Checks.between("limit", limit, 1, 10_000);
        return store.call("list dead letters", connection -> store.dead.newest(connection, checked));
    }

    @Override
    public boolean requeue(long id) {
        boolean requeued =
                store.call("requeue a dead letter", connection -> store.dead.requeue(connection, List.of(id)) > 0);
        if (requeued) {
            wake.run();
        }
        return requeued;
    }

    @Override
    public int requeueAll(String name, int limit) {
        Checks.present("name", name);
        int checked = Checks.between("limit", limit, 1, 10_000);
        int requeued = store.call(
                "requeue dead letters",
                connection -> store.dead.requeue(connection, store.dead.ofKind(connection, name, checked)));
        if (requeued > 0) {
            wake.run();
        }
        return requeued;
    }

    @Override
    public boolean delete(long id) {
        return store.call("delete a dead letter", connection -> store.dead.delete(connection, List.of(id)) > 0);
    }
}
