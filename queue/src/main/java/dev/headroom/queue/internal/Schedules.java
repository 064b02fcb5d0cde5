package dev.headroom.queue.internal;

import dev.headroom.queue.Misfire;
import dev.headroom.queue.internal.sql.ManualTime;
import dev.headroom.queue.internal.sql.ScheduleTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Enqueues the kinds that run again and again; each tick by one node alone, in the transaction that takes it. One thread. */
final class Schedules {
    private static final Logger log = LoggerFactory.getLogger(Schedules.class);
    private static final long LATE_MILLIS = Duration.ofMinutes(1).toMillis();

    /** Databases round their clocks: a tick that were taken a little early would be found due again. */
    private static final long AFTER_MILLIS = 5;

    private static final int MOST_MADE_UP_FOR = 100;
    private static final long SHORTEST_MILLIS = 20;
    private static final int MOST_TICKS = 100_000;

    private final Store store;
    private final Kinds kinds;
    private final Producer producer;
    private final LogLimit limit = new LogLimit();
    private final Set<String> declared = new HashSet<>();
    private long untilNext = Long.MAX_VALUE;

    /** How far the test kit has let time pass; null where it passes by itself. */
    private @Nullable Duration passed;

    Schedules(Store store, Kinds kinds, Producer producer) {
        this.store = store;
        this.kinds = kinds;
        this.producer = producer;
    }

    private List<Kind> all() {
        return of(kinds);
    }

    /** The kinds with a schedule that this process has the code of. */
    static List<Kind> of(Kinds kinds) {
        return kinds.all().stream()
                .filter(kind -> kind.every() != null && kind.code() != null)
                .toList();
    }

    /** In how many milliseconds it may have something to do again, as far as was seen. */
    long untilNextMillis() {
        return Math.max(SHORTEST_MILLIS, untilNext);
    }

    /** Enqueues what is due; true if something was. */
    boolean tick() throws SQLException {
        List<Kind> kinds = all();
        untilNext = Long.MAX_VALUE;
        if (kinds.isEmpty()) {
            return false;
        }
        boolean any = false;
        Map<String, Long> millis = store.transact(store.schedules::untilNext);
        for (Kind kind : kinds) {
            long half = Objects.requireNonNull(kind.every()).duration().toMillis() / 2;
            Long until = millis.get(kind.name());
            untilNext = Math.min(untilNext, until == null || until <= 0 ? half : until);
            if (declared.contains(kind.name()) && (until == null || until > 0)) {
                continue;
            }
            try {
                boolean taken = store.transact(connection -> tick(connection, kind));
                declared.add(kind.name());
                any |= taken;
                if (!taken && until != null) {
                    // Due by a rounded clock, or another node has it.
                    untilNext = SHORTEST_MILLIS;
                }
            } catch (RuntimeException refused) {
                if (passed != null) {
                    throw refused;
                }
                // Middleware has: the tick stays due, and the others' are not kept from them.
                long kept = limit.pass();
                if (kept >= 0) {
                    log.warn(
                            "schedule of {}: could not be enqueued, again soon ({} messages kept back)",
                            kind.name(),
                            kept,
                            refused);
                }
            }
        }
        return any;
    }

    private boolean tick(Connection connection, Kind kind) throws SQLException {
        Kind.Recurrence every = Objects.requireNonNull(kind.every());
        if (!declared.contains(kind.name())) {
            long first = every.ticks() == null
                    ? every.duration().toMillis()
                    : untilNext(every.ticks(), shown(store.schedules.now(connection)));
            store.schedules.declare(connection, kind.name(), every.spec(), first, every.afterEnd());
            seen(connection, kind.name(), every);
        }
        int due = take(connection, kind, every);
        producer.insert(connection, kind, due);
        return due > 0;
    }

    private int take(Connection connection, Kind kind, Kind.Recurrence every) throws SQLException {
        if (every.ticks() != null) {
            return takeTicks(connection, kind.name(), every.ticks(), every.misfire());
        }
        boolean taken = every.afterEnd()
                ? store.schedules.takeDelay(connection, kind.name())
                : store.schedules.takeRate(
                        connection, kind.name(), every.duration().toMillis());
        return taken ? 1 : 0;
    }

    private int takeTicks(Connection connection, String kind, Ticks ticks, Misfire misfire) throws SQLException {
        ScheduleTable.Due due = store.schedules.lockDue(connection, kind);
        if (due == null) {
            return 0;
        }
        store.schedules.moveOn(connection, kind, untilNext(ticks, shown(due.now())));
        return switch (misfire) {
            case ONCE -> 1;
            case SKIP -> due.overdueMillis() > LATE_MILLIS ? 0 : 1;
            case ALL -> missed(ticks, shown(due.now()), due.overdueMillis());
        };
    }

    /** What the calendar shows when it is this time by the database's clock. */
    private Instant shown(Instant time) {
        return passed == null ? time : time.plus(passed);
    }

    private static int missed(Ticks ticks, Instant now, long overdueMillis) {
        int missed = 1;
        Instant at = now.minusMillis(overdueMillis);
        while (missed < MOST_MADE_UP_FOR) {
            Instant next = ticks.after(at).orElse(Instant.MAX);
            if (next.isAfter(now)) {
                break;
            }
            missed++;
            at = next;
        }
        return missed;
    }

    private static long untilNext(Ticks ticks, Instant now) {
        // Never again: in a hundred years.
        return ticks.after(now)
                .map(next -> Duration.between(now, next).toMillis() + AFTER_MILLIS)
                .orElse(Duration.ofDays(36_525).toMillis());
    }

    /**
     * For the test kit: lets time pass from tick to tick, as if this node had been there all the while.
     *
     * @throws IllegalStateException if there are too many ticks in that time
     */
    void advance(ManualTime time, Duration by) throws SQLException {
        if (all().isEmpty()) {
            return;
        }
        if (passed == null) {
            passed = Duration.ZERO;
        }
        tick();
        long left = by.toMillis();
        for (int ticks = 0; left > 0; ticks++) {
            if (ticks == MOST_TICKS) {
                throw new IllegalStateException(
                        "time: " + by + " (expected: at most " + MOST_TICKS + " ticks of schedules in it)");
            }
            long step = Math.min(left, untilDue());
            store.transact(connection -> {
                time.advanceSchedules(connection, step);
                return true;
            });
            passed = passed.plusMillis(step);
            left -= step;
            tick();
        }
    }

    private long untilDue() throws SQLException {
        Map<String, Long> millis = store.transact(store.schedules::untilNext);
        return all().stream()
                .mapToLong(kind -> Math.max(1, millis.getOrDefault(kind.name(), Long.MAX_VALUE)))
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /** Begins delays anew whose job is gone without a trace, and forgets what no node has the code of. */
    void heal() throws SQLException {
        for (Kind kind : all()) {
            Kind.Recurrence every = Objects.requireNonNull(kind.every());
            store.transact(connection -> {
                if (every.afterEnd()) {
                    store.schedules.heal(
                            connection, kind.name(), every.duration().toMillis());
                }
                seen(connection, kind.name(), every);
                return true;
            });
        }
        if (!declared.isEmpty()) {
            // One that others forgot, as this node was away for so long, begins anew.
            declared.retainAll(store.transact(store.schedules::sinceDone).keySet());
        }
    }

    private void seen(Connection connection, String kind, Kind.Recurrence every) throws SQLException {
        store.schedules.seen(connection, kind, every.silence().toMillis());
    }
}
