package dev.headroom.queue.internal;

import dev.headroom.meter.Counter;
import dev.headroom.meter.Meters;
import dev.headroom.meter.Timer;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The application's meters, of which one that fails costs no job: what it was to measure is left out, and warned of. Thread-safe. */
final class QuietMeters implements Meters {
    private static final Logger log = LoggerFactory.getLogger(QuietMeters.class);

    private final Meters meters;
    private final LogLimit limit = new LogLimit();

    QuietMeters(Meters meters) {
        this.meters = meters;
    }

    @Override
    public Counter counter(String name, String... tags) {
        Counter counter =
                found(name, () -> meters.counter(name, tags), Meters.none().counter(name, tags));
        return n -> quietly(name, () -> counter.add(n));
    }

    @Override
    public Timer timer(String name, String... tags) {
        Timer timer = found(name, () -> meters.timer(name, tags), Meters.none().timer(name, tags));
        return nanos -> quietly(name, () -> timer.recordNanos(nanos));
    }

    @Override
    public Counter distribution(String name, String... tags) {
        Counter sizes =
                found(name, () -> meters.distribution(name, tags), Meters.none().distribution(name, tags));
        return n -> quietly(name, () -> sizes.add(n));
    }

    @Override
    public Gauge gauge(String name, DoubleSupplier value, String... tags) {
        Gauge gauge =
                found(name, () -> meters.gauge(name, value, tags), Meters.none().gauge(name, value, tags));
        return () -> quietly(name, gauge::close);
    }

    private <M> M found(String name, Supplier<M> lookup, M none) {
        try {
            return lookup.get();
        } catch (RuntimeException | Error failed) {
            warn(name, failed);
            return none;
        }
    }

    private void quietly(String name, Runnable use) {
        try {
            use.run();
        } catch (RuntimeException | Error failed) {
            warn(name, failed);
        }
    }

    private void warn(String name, Throwable failed) {
        limit.quietly(kept -> log.warn(
                "queue: meter {} failed, what it measures is left out ({} messages kept back)", name, kept, failed));
    }
}
