package dev.headroom.load;

import java.util.function.DoubleSupplier;

/**
 * A named measure of closeness to a limit: 0 idle, 1 at the limit, above 1 beyond it.
 *
 * <p>It is monotone in the load, and cheap to read: a field that a sensor keeps up to date, never I/O. {@link #pressure()} may return
 * {@code NaN} when nothing is known, or is known no longer; an unknown signal never stops critical work. Implementations are
 * thread-safe.
 *
 * <pre>{@code
 * LoadSignal pool = LoadSignal.of("db.pool", () -> (double) active.get() / maximum);
 * }</pre>
 */
public interface LoadSignal {
    /** The signal's name, unique in one {@link LoadFeedback}, for example {@code router.lag}. */
    String name();

    /** Closeness to the limit; {@code NaN} when unknown. */
    double pressure();

    /** A signal read from a supplier. */
    static LoadSignal of(String name, DoubleSupplier pressure) {
        return new LoadSignal() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public double pressure() {
                return pressure.getAsDouble();
            }

            @Override
            public String toString() {
                return name + "=" + pressure();
            }
        };
    }
}
