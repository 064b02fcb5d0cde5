package dev.headroom.cache.internal;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The loads of one cache that are under way, by key: one for each at a time. Whoever can't find one any more can rely on its having been told that it is overtaken. */
final class FlightTable {
    private final Map<Object, Flight> flights = new ConcurrentHashMap<>();
    /** Those that nobody finds, with their keys. */
    private final Map<Flight, Object> alone = new ConcurrentHashMap<>();

    /** Puts the flight there if the key has none; else says which it has. */
    @Nullable Flight putIfAbsent(Object key, Flight mine) {
        return flights.putIfAbsent(key, mine);
    }

    /** The key's flight, if somebody leads it. */
    @Nullable Flight running(Object key) {
        Flight flight = flights.get(key);
        return flight != null && flight.isBegun() ? flight : null;
    }

    /** Puts the flight there in place of any other, which is overtaken. */
    void replace(Object key, Flight mine) {
        flights.compute(key, (k, before) -> {
            if (before != null) {
                before.overtake();
            }
            return mine;
        });
    }

    /** A key's flight, and whether it is this caller's to lead. */
    record Claim(Flight flight, boolean mine) {}

    /** For several keys together. */
    Claim claim(Object key, boolean begin) {
        Flight mine = begin ? begun() : new Flight();
        Flight other = flights.putIfAbsent(key, mine);
        return other == null ? new Claim(mine, true) : new Claim(other, begin && other.begin(Thread.currentThread()));
    }

    /** A flight for a key that nobody loads, to be begun by who gets to it first; null if there is one. */
    @Nullable Flight claimIdle(Object key) {
        Flight mine = new Flight();
        return flights.putIfAbsent(key, mine) == null ? mine : null;
    }

    /** Another JVM dropped something: what runs now is not held. */
    void detach(Object key) {
        detachAlone(key::equals);
        flights.computeIfPresent(key, (k, flight) -> {
            flight.detach();
            return null;
        });
    }

    void detach(Predicate<Object> which) {
        detachAlone(which);
        flights.keySet().stream().filter(which).forEach(this::detach);
    }

    void detachAll() {
        detachAlone(key -> true);
        flights.forEach((key, flight) -> {
            flight.detach();
            flights.remove(key, flight);
        });
    }

    /** Something may have been missed: what runs now is compared with the tier before it is served again. */
    void distrustAll() {
        flights.values().forEach(Flight::distrust);
        alone.keySet().forEach(Flight::distrust);
    }

    /** An invalidation came: what runs now is stored nowhere. */
    void overtake(Object key) {
        detachAlone(key::equals);
        overtakeFound(key);
    }

    private void overtakeFound(Object key) {
        flights.computeIfPresent(key, (k, flight) -> {
            flight.overtake();
            return null;
        });
    }

    /** The same for all but one of those that nobody finds. */
    void overtakeOthers(Object key, Flight mine) {
        alone.forEach((flight, of) -> {
            if (flight != mine && key.equals(of)) {
                flight.detach();
            }
        });
        overtakeFound(key);
    }

    void overtakeAll() {
        detachAlone(key -> true);
        flights.forEach((key, flight) -> {
            flight.overtake();
            flights.remove(key, flight);
        });
    }

    /** A flight that nobody joins, though invalidations find it until it has ended. */
    Flight beginAlone(Object key) {
        Flight mine = begun();
        alone.put(mine, key);
        return mine;
    }

    void endAlone(Collection<Flight> ended) {
        alone.keySet().removeAll(ended);
    }

    private void detachAlone(Predicate<Object> which) {
        alone.forEach((flight, key) -> {
            if (which.test(key)) {
                flight.detach();
            }
        });
    }

    static Flight begun() {
        Flight flight = new Flight();
        flight.begin(Thread.currentThread());
        return flight;
    }

    void land(Object key, Flight flight, Loaded loaded) {
        flights.remove(key, flight);
        flight.land(loaded);
    }

    void crash(Object key, Flight flight, Throwable failure) {
        flights.remove(key, flight);
        flight.crash(failure);
    }
}
