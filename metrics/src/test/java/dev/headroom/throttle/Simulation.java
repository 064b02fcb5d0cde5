package dev.headroom.throttle;

import dev.headroom.Contracts;
import dev.headroom.background.LocalBackground;
import dev.headroom.consistency.Consistency;
import dev.headroom.load.Criticality;
import dev.headroom.load.LoadSignal;
import dev.headroom.load.SignalLoadFeedback;
import dev.headroom.meter.Meters;
import dev.headroom.meter.Readings;
import dev.headroom.transaction.Transactions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Random;

/**
 * A resource in virtual time behind a throttle's gate, which is a load signal to itself as it is in an application: ten servers, one first-in first-out queue, exponential service of 10 ms, so 1,000 a
 * second at most; Poisson arrivals that do not wait for answers. Good is what is done within 250 ms of its arrival.
 */
final class Simulation {
    static final double CAPACITY = 1_000;
    private static final int SERVERS = 10;
    private static final long DEADLINE = 250_000_000L;
    private static final long SECOND = 1_000_000_000L;

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final Queue<Request> waiting = new ArrayDeque<>();
    private final Map<Criticality, Double> mix = new EnumMap<>(Criticality.class);
    private final Map<Criticality, Count> counts = new EnumMap<>(Criticality.class);
    private final Random random;
    private long now;
    private long sequence;
    private long countFrom;
    private int busy;
    private double perSecond;
    private double slowness = 1;
    final Gate gate;

    private record Event(long at, long order, Runnable what) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(order, other.order);
        }
    }

    private record Request(Criticality criticality, long arrived, long permit) {}

    private static final class Count {
        long decided;
        long good;
    }

    Simulation(long seed, Gate.Mode mode) {
        System.out.println("seed " + seed);
        random = new Random(seed);
        Throttle throttle = Throttle.builder()
                .mode(mode)
                .gate(options -> options.minimumLimit(4)
                        .initialLimit(20)
                        .maximumLimit(400)
                        .deadline(Duration.ofMillis(250))
                        .nanoClock(() -> now))
                .build();
        gate = throttle.gate();
        SignalLoadFeedback feedback = new SignalLoadFeedback(Duration.ofMillis(50), () -> now);
        feedback.register(LoadSignal.of("throttle.concurrency", gate::pressure));
        throttle.connect(new Contracts(
                Meters.none(),
                Readings.none(),
                feedback,
                Consistency.none(),
                Transactions.immediate(),
                LocalBackground.create()));
        mix(0.1, 0.3, 0.6);
        arrive();
    }

    /** The shares of critical work, of work that is sheddable if need be, and of sheddable work. */
    Simulation mix(double critical, double plus, double sheddable) {
        mix.put(Criticality.CRITICAL, critical);
        mix.put(Criticality.SHEDDABLE_PLUS, plus);
        mix.put(Criticality.SHEDDABLE, sheddable);
        return this;
    }

    /** Offers so many times the capacity. */
    Simulation load(double times) {
        perSecond = times * CAPACITY;
        return this;
    }

    /** Makes service take so many times as long. */
    Simulation slowness(double times) {
        slowness = times;
        return this;
    }

    /** Lets time pass, and counts what arrives in it. */
    Simulation run(double seconds) {
        counts.clear();
        for (Criticality criticality : Criticality.values()) {
            counts.put(criticality, new Count());
        }
        countFrom = now;
        long end = now + (long) (seconds * SECOND);
        while (!events.isEmpty() && events.peek().at <= end) {
            Event event = events.poll();
            now = event.at;
            event.what.run();
        }
        now = end;
        System.out.printf(
                java.util.Locale.ROOT,
                "offered %.0f/s good %.0f/s, critical %.3f, plus %.3f, sheddable %.3f, %s%n",
                perSecond,
                goodput() / seconds,
                served(Criticality.CRITICAL),
                served(Criticality.SHEDDABLE_PLUS),
                served(Criticality.SHEDDABLE),
                gate.snapshot());
        return this;
    }

    /** What arrived and was done in time since the run began. */
    double goodput() {
        return counts.values().stream().mapToLong(count -> count.good).sum();
    }

    /** What share of those that arrived since the run began, and were refused or done in it, was done in time. */
    double served(Criticality criticality) {
        Count count = counts.get(criticality);
        return count.decided == 0 ? 1 : (double) count.good / count.decided;
    }

    private void after(long nanos, Runnable what) {
        events.add(new Event(now + nanos, sequence++, what));
    }

    private long exponential(double mean) {
        return (long) (-Math.log(1 - random.nextDouble()) * mean);
    }

    private void arrive() {
        after(perSecond == 0 ? SECOND / 100 : exponential(SECOND / perSecond), () -> {
            if (perSecond > 0) {
                offer(pick());
            }
            arrive();
        });
    }

    private Criticality pick() {
        double point = random.nextDouble();
        for (Map.Entry<Criticality, Double> entry : mix.entrySet()) {
            point -= entry.getValue();
            if (point < 0) {
                return entry.getKey();
            }
        }
        return Criticality.SHEDDABLE;
    }

    private void offer(Criticality criticality) {
        long permit = gate.tryEnter(criticality);
        if (permit == 0) {
            counts.get(criticality).decided++;
        } else {
            waiting.add(new Request(criticality, now, permit));
            serve();
        }
    }

    private void serve() {
        while (busy < SERVERS && !waiting.isEmpty()) {
            Request request = waiting.remove();
            busy++;
            after(exponential(SERVERS * slowness * SECOND / CAPACITY), () -> finish(request));
        }
    }

    private void finish(Request request) {
        busy--;
        gate.leave(request.permit, Gate.Outcome.SUCCESS);
        if (request.arrived >= countFrom) {
            Count count = counts.get(request.criticality);
            count.decided++;
            count.good += now - request.arrived <= DEADLINE ? 1 : 0;
        }
        serve();
    }
}
