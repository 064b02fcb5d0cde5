package dev.headroom.benchmarks.queue;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.zaxxer.hikari.HikariDataSource;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;

/** db-scheduler, polling by lock-and-fetch with the limits that its documentation found best. */
final class DbSchedulerSubject implements QueueSubject {
    private static final int AT_ONCE = 1_000;
    private static final AtomicLong INSTANCE = new AtomicLong(System.nanoTime());

    private final HikariDataSource pool;
    private final OneTimeTask<Long> task;
    private final Scheduler scheduler;
    private final ThreadLocal<Connection> callers = new ThreadLocal<>();
    private final SchedulerClient inTransaction;

    DbSchedulerSubject(Database database, int threads, double lower, double upper) throws SQLException {
        database.execute("""
                create table if not exists scheduled_tasks (
                  task_name text not null, task_instance text not null, task_data bytea,
                  execution_time timestamptz not null, picked boolean not null, picked_by text,
                  last_success timestamptz, last_failure timestamptz, consecutive_failures int,
                  last_heartbeat timestamptz, version bigint not null, priority smallint, state text,
                  primary key (task_name, task_instance))
                """);
        database.execute("create index if not exists execution_time_idx on scheduled_tasks (execution_time)");
        database.execute("create index if not exists last_heartbeat_idx on scheduled_tasks (last_heartbeat)");
        pool = database.pool(threads + 4);
        task = Tasks.oneTime("work", Long.class).execute((instance, context) -> Work.run(instance.getData()));
        scheduler = Scheduler.create(pool, task)
                .threads(threads)
                .pollUsingLockAndFetch(lower, upper)
                .pollingInterval(Duration.ofMillis(50))
                .enableImmediateExecution()
                .build();
        try (Connection asked = pool.getConnection()) {
            callers.set(asked);
            inTransaction =
                    SchedulerClient.Builder.create(callersConnection(), task).build();
        }
    }

    /** Gives the thread's connection, which stays open when it is given back, as Spring's data source for transactions does. */
    private DataSource callersConnection() {
        return proxy(DataSource.class, (source, asked, none) -> {
            Connection open = callers.get();
            return proxy(
                    Connection.class,
                    (connection, method, given) ->
                            method.getName().equals("close") ? null : method.invoke(open, given));
        });
    }

    private static <T> T proxy(Class<T> type, InvocationHandler calls) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, calls));
    }

    @Override
    public void enqueue(Connection connection, long number) {
        callers.set(connection);
        inTransaction.schedule(instance(number), Instant.now());
    }

    private TaskInstance<Long> instance(long number) {
        return task.instance(Long.toString(INSTANCE.incrementAndGet()), number);
    }

    @Override
    public void enqueueAll(List<Long> numbers) {
        Instant now = Instant.now();
        for (int from = 0; from < numbers.size(); from += AT_ONCE) {
            List<TaskInstance<?>> some = new ArrayList<>();
            for (long number : numbers.subList(from, Math.min(numbers.size(), from + AT_ONCE))) {
                some.add(instance(number));
            }
            scheduler.scheduleBatch(some, now);
        }
    }

    @Override
    public void enqueue(long number) {
        scheduler.schedule(instance(number), Instant.now());
    }

    @Override
    public void start() {
        scheduler.start();
    }

    @Override
    public String remaining() {
        return "select count(*) from scheduled_tasks";
    }

    @Override
    public void close() {
        scheduler.stop();
        pool.close();
    }
}
