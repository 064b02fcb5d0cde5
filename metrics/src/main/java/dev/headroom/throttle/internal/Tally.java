package dev.headroom.throttle.internal;

import dev.headroom.load.Criticality;
import dev.headroom.meter.Counter;
import dev.headroom.meter.Meters;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts decisions of one kind by criticality, here and in a meter. */
final class Tally {
    private static final Criticality[] ALL = Criticality.values();

    private final LongAdder[] totals = new LongAdder[ALL.length];
    private volatile Counter[] meters;

    Tally() {
        for (int i = 0; i < ALL.length; i++) {
            totals[i] = new LongAdder();
        }
        meters = look(Meters.none(), "none");
    }

    void connect(Meters to, String name, String... tags) {
        meters = look(to, name, tags);
    }

    void add(Criticality criticality) {
        totals[criticality.ordinal()].increment();
        meters[criticality.ordinal()].increment();
    }

    long of(Criticality criticality) {
        return totals[criticality.ordinal()].sum();
    }

    static Map<Criticality, Long> sum(Tally... tallies) {
        Map<Criticality, Long> sums = new EnumMap<>(Criticality.class);
        for (Criticality criticality : ALL) {
            long sum = 0;
            for (Tally tally : tallies) {
                sum += tally.of(criticality);
            }
            sums.put(criticality, sum);
        }
        return sums;
    }

    private static Counter[] look(Meters to, String name, String... tags) {
        Counter[] found = new Counter[ALL.length];
        for (int i = 0; i < ALL.length; i++) {
            String[] all = new String[tags.length + 2];
            System.arraycopy(tags, 0, all, 0, tags.length);
            all[tags.length] = "criticality";
            all[tags.length + 1] = ALL[i].name();
            found[i] = to.counter(name, all);
        }
        return found;
    }
}
