package dev.headroom.queue.internal;

import java.util.Collection;
import java.util.Set;
import java.util.function.Consumer;

/** Leads from handles to what this process runs, if it runs jobs at all. Thread-safe. */
final class LocalRuns {
    private volatile Consumer<Collection<Long>> cancel = ids -> {};

    /** This node runs the process's jobs from now on. */
    void ranBy(Node node) {
        cancel = node::cancelled;
    }

    /** A job was marked as cancelled. */
    void cancelled(long id) {
        cancel.accept(Set.of(id));
    }
}
