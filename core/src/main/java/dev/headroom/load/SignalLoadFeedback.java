package dev.headroom.load;

import dev.headroom.config.Checks;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Load feedback over registered signals: the worst known one decides.
 *
 * <p>Each criticality has a band of pressure: below its {@code start} it goes on, at its {@code end} it stops, between them it slows
 * down in proportion, <i>factor</i> = (end − p) / (end − start):
 *
 * <table>
 *   <caption>Bands</caption>
 *   <tr><th>criticality</th><th>start</th><th>end</th></tr>
 *   <tr><td>{@code SHEDDABLE}</td><td>0.70</td><td>1.00</td></tr>
 *   <tr><td>{@code SHEDDABLE_PLUS}</td><td>0.85</td><td>1.20</td></tr>
 *   <tr><td>{@code CRITICAL}</td><td>1.20</td><td>2.00</td></tr>
 *   <tr><td>{@code CRITICAL_PLUS}</td><td>2.00</td><td>never</td></tr>
 * </table>
 *
 * <p>Signals are sampled by whoever asks first once a sampling interval (default 50 ms) has passed, so there is no thread. Rises count
 * at once. Falls count with hysteresis: the pressure used of a signal falls towards the sampled one exponentially with a time constant of
 * 1 s, so that work which was told to slow down comes back gradually and does not swing. A pressure counts as at most 10, so that one
 * absurd reading is over as soon as it is outlived. A signal that throws or says what is not a finite number is unknown and left out.
 * Thread-safe.
 */
public final class SignalLoadFeedback implements LoadFeedback {
    /** How often signals are sampled unless told otherwise: 50 ms. */
    public static final Duration DEFAULT_SAMPLING = Duration.ofMillis(50);

    private static final double FALL_SECONDS = 1.0;
    private static final double MOST = 10;
    private static final double[] START = {2.00, 1.20, 0.85, 0.70};
    private static final double[] END = {Double.POSITIVE_INFINITY, 2.00, 1.20, 1.00};

    private final Map<String, LoadSignal> signals = new ConcurrentHashMap<>();
    private final long sampling;
    private final LongSupplier clock;
    private final AtomicLong sampledAt;
    private final View all;
    private volatile Sample sample = new Sample(Map.of(), Map.of());

    /** Pressures as they were read, and as they are used: these fall slowly. */
    private record Sample(Map<String, Double> read, Map<String, Double> used) {}

    private record Worst(Sample of, double pressure, String cause) {
        static Worst of(Sample sample, Predicate<String> heeded) {
            double worst = 0;
            String cause = "";
            for (Map.Entry<String, Double> signal : sample.used.entrySet()) {
                if (signal.getValue() > worst && heeded.test(signal.getKey())) {
                    worst = signal.getValue();
                    cause = signal.getKey();
                }
            }
            return new Worst(sample, worst, cause);
        }

        LoadAdvice advise(Criticality criticality) {
            double start = START[criticality.ordinal()];
            double end = END[criticality.ordinal()];
            if (pressure <= start || end == Double.POSITIVE_INFINITY) {
                return LoadAdvice.GO;
            }
            return new LoadAdvice(Math.max(0, (end - pressure) / (end - start)), cause);
        }
    }

    /** Some of the signals. */
    private final class View implements LoadFeedback {
        private final Predicate<String> heeded;
        private volatile Worst worst;

        View(Predicate<String> heeded) {
            this.heeded = heeded;
            this.worst = Worst.of(sample, heeded);
        }

        @Override
        public Registration register(LoadSignal signal) {
            return SignalLoadFeedback.this.register(signal);
        }

        @Override
        public LoadAdvice advise(Criticality criticality) {
            return worst().advise(criticality);
        }

        @Override
        public double pressure() {
            return worst().pressure;
        }

        @Override
        public Map<String, Double> pressures() {
            Map<String, Double> heededOnes = new HashMap<>(sample().read);
            heededOnes.keySet().removeIf(heeded.negate());
            return Map.copyOf(heededOnes);
        }

        @Override
        public LoadFeedback without(Predicate<String> names) {
            return new View(heeded.and(names.negate()));
        }

        @SuppressWarnings("ReferenceEquality") // Whether it is that sample, not one that is alike.
        private Worst worst() {
            Sample now = sample();
            Worst known = worst;
            if (known.of != now) {
                known = Worst.of(now, heeded);
                worst = known;
            }
            return known;
        }
    }

    /** A feedback that samples every 50 ms of {@link System#nanoTime()}. */
    public SignalLoadFeedback() {
        this(DEFAULT_SAMPLING, System::nanoTime);
    }

    /** A feedback with a sampling interval and a monotonic clock in nanoseconds of its own. */
    public SignalLoadFeedback(Duration sampling, LongSupplier nanoClock) {
        this.sampling = Checks.positive("sampling", sampling).toNanos();
        this.clock = Checks.present("nanoClock", nanoClock);
        this.sampledAt = new AtomicLong(clock.getAsLong() - this.sampling);
        this.all = new View(name -> true);
    }

    @Override
    public Registration register(LoadSignal signal) {
        if (signals.putIfAbsent(Checks.name("name", signal.name()), signal) != null) {
            throw new IllegalArgumentException("name: " + signal.name() + " (expected: a name that is not registered)");
        }
        return () -> signals.remove(signal.name(), signal);
    }

    @Override
    public LoadAdvice advise(Criticality criticality) {
        return all.advise(criticality);
    }

    @Override
    public double pressure() {
        return all.pressure();
    }

    @Override
    public Map<String, Double> pressures() {
        return sample().read;
    }

    @Override
    public LoadFeedback without(Predicate<String> names) {
        return all.without(names);
    }

    private Sample sample() {
        long now = clock.getAsLong();
        long last = sampledAt.get();
        if (now - last >= sampling && sampledAt.compareAndSet(last, now)) {
            sample = take((now - last) / 1e9);
        }
        return sample;
    }

    private Sample take(double seconds) {
        Map<String, Double> read = new HashMap<>();
        Map<String, Double> used = new HashMap<>();
        double kept = Math.exp(-seconds / FALL_SECONDS);
        for (LoadSignal signal : signals.values()) {
            double pressure = read(signal);
            read.put(signal.name(), pressure);
            double known = Double.isNaN(pressure) ? 0 : Math.min(pressure, MOST);
            double before = sample.used.getOrDefault(signal.name(), 0.0);
            used.put(signal.name(), Math.max(known, known + (before - known) * kept));
        }
        return new Sample(Map.copyOf(read), Map.copyOf(used));
    }

    private static double read(LoadSignal signal) {
        try {
            double pressure = signal.pressure();
            return Double.isFinite(pressure) ? Math.max(0, pressure) : Double.NaN;
        } catch (RuntimeException unknown) {
            return Double.NaN;
        }
    }
}
