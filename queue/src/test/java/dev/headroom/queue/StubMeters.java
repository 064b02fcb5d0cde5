package dev.headroom.queue;

import dev.headroom.Contracts;
import dev.headroom.meter.Counter;
import dev.headroom.meter.Meters;
import dev.headroom.meter.Timer;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;

/** Applications without anything but meters of which a test makes one. */
final class StubMeters {
    private StubMeters() {}

    /** Counts leases that were lost. */
    static Contracts countingLostLeases(AtomicInteger lost) {
        return of((name, lookup) ->
                name.equals(QueueMeters.LEASE_LOST) ? (Counter) count -> lost.addAndGet((int) count) : lookup.get());
    }

    /** Has no meter of this name, as a registry that has something else by it. */
    static Contracts throwing(String refused, AtomicInteger thrown) {
        return of((name, lookup) -> {
            if (name.equals(refused)) {
                thrown.incrementAndGet();
                throw new IllegalArgumentException("name: " + name + " is another meter");
            }
            return lookup.get();
        });
    }

    /** Has all meters, of which none can be used. */
    static Contracts unusable(AtomicInteger thrown) {
        Runnable use = () -> {
            thrown.incrementAndGet();
            throw new IllegalStateException("meter: broken");
        };
        return with(new Meters() {
            @Override
            public Counter counter(String name, String... tags) {
                return count -> use.run();
            }

            @Override
            public Timer timer(String name, String... tags) {
                return nanos -> use.run();
            }

            @Override
            public Counter distribution(String name, String... tags) {
                return size -> use.run();
            }

            @Override
            public Gauge gauge(String name, DoubleSupplier value, String... tags) {
                return use::run;
            }
        });
    }

    /** Finds a meter. */
    @FunctionalInterface
    private interface Lookup {
        Object get() throws Exception;
    }

    /** Makes a meter, or has it be found. */
    @FunctionalInterface
    private interface Made {
        Object of(String name, Lookup lookup) throws Exception;
    }

    private static Contracts of(Made made) {
        return with((Meters) Proxy.newProxyInstance(
                StubMeters.class.getClassLoader(),
                new Class<?>[] {Meters.class},
                (proxy, method, arguments) ->
                        made.of((String) arguments[0], () -> method.invoke(Meters.none(), arguments))));
    }

    private static Contracts with(Meters meters) {
        Contracts alone = Contracts.standalone();
        return new Contracts(
                meters, alone.readings(), alone.load(), alone.consistency(), alone.transactions(), alone.background());
    }
}
