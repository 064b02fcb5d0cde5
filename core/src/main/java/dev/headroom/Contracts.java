package dev.headroom;

import dev.headroom.background.Background;
import dev.headroom.background.LocalBackground;
import dev.headroom.consistency.Consistency;
import dev.headroom.load.LoadFeedback;
import dev.headroom.meter.Meters;
import dev.headroom.meter.Readings;
import dev.headroom.transaction.Transactions;
import java.util.Objects;

/**
 * What components get of one another: one giver each, or the no-op or local default.
 *
 * <p>A component that stands alone works with {@link #standalone()}; plugged into a {@link Headroom}, it is handed the
 * application's contracts once, before it is used.
 *
 * @param meters where measurements go
 * @param readings where measurements are read
 * @param load the load feedback
 * @param consistency read-your-writes
 * @param transactions work after commit
 * @param background work that survives this process
 */
public record Contracts(
        Meters meters,
        Readings readings,
        LoadFeedback load,
        Consistency consistency,
        Transactions transactions,
        Background background) {
    /** Checks that nothing is null. */
    public Contracts {
        Objects.requireNonNull(meters, "meters");
        Objects.requireNonNull(readings, "readings");
        Objects.requireNonNull(load, "load");
        Objects.requireNonNull(consistency, "consistency");
        Objects.requireNonNull(transactions, "transactions");
        Objects.requireNonNull(background, "background");
    }

    /** The contracts of a component that stands alone: nothing measured, no load, one database node, background work in process. */
    public static Contracts standalone() {
        return new Contracts(
                Meters.none(),
                Readings.none(),
                LoadFeedback.none(),
                Consistency.none(),
                Transactions.immediate(),
                LocalBackground.create());
    }
}
