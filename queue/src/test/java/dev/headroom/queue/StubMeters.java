package dev.headroom.queue;

import dev.headroom.Contracts;
import dev.headroom.meter.Counter;
import dev.headroom.meter.Meters;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;

/** Applications without anything but meters of which a test makes one. */
final class StubMeters {
    private StubMeters() {}

    /** Counts leases that were lost. */
    static Contracts countingLostLeases(AtomicInteger lost) {
        return of((name, lookup) ->
                name.equals(QueueMeters.LEASE_LOST) ? (Counter) count -> lost.addAndGet((int) count) : lookup.get());
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
