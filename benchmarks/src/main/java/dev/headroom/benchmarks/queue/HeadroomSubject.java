package dev.headroom.benchmarks.queue;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.Contracts;
import dev.headroom.load.LoadFeedback;
import dev.headroom.load.Pacer;
import dev.headroom.meter.Counter;
import dev.headroom.meter.Meters;
import dev.headroom.meter.Timer;
import dev.headroom.queue.Job;
import dev.headroom.queue.JobContext;
import dev.headroom.queue.JobQueue;
import dev.headroom.queue.JobQueueBuilder;
import dev.headroom.queue.Limit;
import dev.headroom.queue.QueueMeters;
import dev.headroom.queue.SchemaInstaller;
import dev.headroom.queue.Tx;
import dev.headroom.queue.postgresql.PostgresNotifications;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.DoubleSupplier;

/** Ours, with 20 workers, on PostgreSQL with notifications; the database is what the URL says. */
final class HeadroomSubject implements QueueSubject {
    private static final int WORKERS = 20;
    private static final int KEYS = 1_000;
    private static final int PACE = 3_000;

    private final HikariDataSource pool;
    private final JobQueue queue;
    private final Kind kind;
    private final ClaimTimes times = new ClaimTimes();

    /** How its jobs run. */
    enum Kind {
        /** Completed after the handler. */
        LEASE,
        /** The handler and the completion are one transaction. */
        COMPLETE_IN_TX,
        /** Taken up, run and completed in one transaction, several together. */
        LOCK_IN_TX,
        /** As the former two, but each job writes a row in its transaction. */
        COMPLETE_IN_TX_ROW,
        LOCK_IN_TX_ROW,
        /** Begun no faster than a pacer lets them. */
        PACED,
        /** At most ten of a key at once, of a thousand keys. */
        KEYED
    }

    HeadroomSubject(Database database, Kind kind) throws SQLException {
        this.kind = kind;
        this.pool = database.pool(WORKERS + 4);
        SchemaInstaller.install(pool);
        database.execute("create table if not exists effect (id bigint)");
        JobQueueBuilder builder =
                JobQueue.builder(pool).handlers(new Handlers()).workers(WORKERS);
        if (kind == Kind.LOCK_IN_TX || kind == Kind.LOCK_IN_TX_ROW) {
            builder.handlers(new Locking());
        }
        if (kind == Kind.PACED) {
            builder.queue("default", settings -> settings.workers(WORKERS).pacer(HeadroomSubject::pacer));
        }
        this.queue = (database.isPostgres() ? builder.wakeOthers(PostgresNotifications.of(pool)) : builder).build();
        Contracts alone = Contracts.standalone();
        queue.connect(new Contracts(
                times, alone.readings(), alone.load(), alone.consistency(), alone.transactions(), alone.background()));
    }

    private static Pacer pacer(LoadFeedback load) {
        return Pacer.builder("work", load).maximumRate(PACE).build();
    }

    /** What a job has. */
    public record Payload(long number) {}

    /** What a job with a limit has. */
    public record Keyed(long number, long key) {
        static Keyed of(long number) {
            return new Keyed(number, number % KEYS);
        }
    }

    /** The handlers. */
    public static final class Handlers {
        /** At least once. */
        @Job(name = "work")
        public void lease(Payload payload) {
            Work.run(payload.number());
        }

        /** Effect exactly once. */
        @Job(name = "work.tx", tx = Tx.COMPLETE_IN_TX)
        public void completeInTx(Payload payload) {
            Work.run(payload.number());
        }

        /** Effect exactly once, and there is one. */
        @Job(name = "work.tx.row", tx = Tx.COMPLETE_IN_TX)
        public void completeInTxWithRow(Payload payload, JobContext job) throws SQLException {
            insert(payload, job);
        }

        private static void insert(Payload payload, JobContext job) throws SQLException {
            try (PreparedStatement insert = job.connection().prepareStatement("insert into effect (id) values (?)")) {
                insert.setLong(1, payload.number());
                insert.executeUpdate();
            }
            Work.run(payload.number());
        }

        /** At least once, so many of a key. */
        @Job(name = "work.keyed")
        @Limit(by = "#payload.key", running = 10)
        public void keyed(Keyed payload) {
            Work.run(payload.number());
        }
    }

    /** Handlers of a queue of their own: who has none of them does not look into it. */
    public static final class Locking {
        /** Effect exactly once, and taken up in the same transaction. */
        @Job(name = "work.lock", queue = "locked", tx = Tx.LOCK_IN_TX)
        public void lockInTx(Payload payload) {
            Work.run(payload.number());
        }

        /** The same, and there is an effect. */
        @Job(name = "work.lock.row", queue = "locked", tx = Tx.LOCK_IN_TX)
        public void lockInTxWithRow(Payload payload, JobContext job) throws SQLException {
            Handlers.insert(payload, job);
        }
    }

    @Override
    public void enqueueAll(List<Long> numbers) {
        List<Payload> payloads = numbers.stream().map(Payload::new).toList();
        switch (kind) {
            case LEASE, PACED -> queue.enqueueAll(Handlers::lease, payloads);
            case COMPLETE_IN_TX -> queue.enqueueAll(Handlers::completeInTx, payloads);
            case LOCK_IN_TX -> queue.enqueueAll(Locking::lockInTx, payloads);
            case COMPLETE_IN_TX_ROW -> queue.enqueueAll(Handlers::completeInTxWithRow, payloads);
            case LOCK_IN_TX_ROW -> queue.enqueueAll(Locking::lockInTxWithRow, payloads);
            case KEYED ->
                queue.enqueueAll(
                        Handlers::keyed, numbers.stream().map(Keyed::of).toList());
        }
    }

    @Override
    public void enqueue(long number) {
        Payload payload = new Payload(number);
        switch (kind) {
            case LEASE, PACED -> queue.enqueue(Handlers::lease, payload);
            case COMPLETE_IN_TX -> queue.enqueue(Handlers::completeInTx, payload);
            case LOCK_IN_TX -> queue.enqueue(Locking::lockInTx, payload);
            case COMPLETE_IN_TX_ROW -> queue.enqueue(Handlers::completeInTxWithRow, payload);
            case LOCK_IN_TX_ROW -> queue.enqueue(Locking::lockInTxWithRow, payload);
            case KEYED -> queue.enqueue(Handlers::keyed, Keyed.of(number));
        }
    }

    @Override
    public void enqueue(Connection connection, long number) {
        queue.in(connection).enqueue(Handlers::lease, new Payload(number));
    }

    /** What a job is in the database, by a plain statement: what the table costs without the library. */
    void insertByHand(Connection connection, long number) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement("insert into headroom_job (queue, kind, payload) values (1, 'work', ?)")) {
            insert.setString(1, "{\"number\":" + number + "}");
            insert.executeUpdate();
        }
    }

    /** How long it takes to tell what waits, when nobody asked before. */
    double millisToCount() {
        long begun = System.nanoTime();
        queue.length();
        return (System.nanoTime() - begun) / 1e6;
    }

    @Override
    public void start() {
        queue.start();
    }

    @Override
    public String remaining() {
        return "select count(*) from headroom_job";
    }

    @Override
    public List<Double> claimMillis() {
        return times.take();
    }

    @Override
    public void close() {
        queue.close();
        pool.close();
    }

    /** Keeps how long claims took that found jobs. */
    private static final class ClaimTimes implements Meters {
        private final ConcurrentLinkedQueue<Double> millis = new ConcurrentLinkedQueue<>();

        List<Double> take() {
            List<Double> taken = new ArrayList<>();
            for (Double next = millis.poll(); next != null; next = millis.poll()) {
                taken.add(next);
            }
            return taken;
        }

        @Override
        public Timer timer(String name, String... tags) {
            boolean claim = name.equals(QueueMeters.CLAIM)
                    && String.join(" ", tags).toLowerCase(Locale.ROOT).endsWith("jobs");
            return claim ? nanos -> millis.add(nanos / 1e6) : nanos -> {};
        }

        @Override
        public Counter counter(String name, String... tags) {
            return count -> {};
        }

        @Override
        public Counter distribution(String name, String... tags) {
            return count -> {};
        }

        @Override
        public Gauge gauge(String name, DoubleSupplier value, String... tags) {
            return () -> {};
        }
    }
}
