package dev.headroom.benchmarks.queue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.quartz.Job;
import org.quartz.JobBuilder;
import org.quartz.JobDetail;
import org.quartz.JobExecutionContext;
import org.quartz.Scheduler;
import org.quartz.Trigger;
import org.quartz.TriggerBuilder;
import org.quartz.impl.StdSchedulerFactory;

/** Quartz, clustered on its own tables, taking as many triggers at once as it has threads. */
final class QuartzSubject implements QueueSubject {
    private static final int THREADS = 20;
    private static final int AT_ONCE = 500;
    private static final AtomicLong NAME = new AtomicLong(System.nanoTime());

    private final Scheduler scheduler;

    QuartzSubject(Database database) throws Exception {
        if (database.number("select count(*) from pg_class where relname = 'qrtz_triggers'") == 0) {
            database.execute(tables());
        }
        Properties properties = new Properties();
        properties.put("org.quartz.scheduler.instanceName", "work");
        properties.put("org.quartz.scheduler.instanceId", "AUTO");
        properties.put("org.quartz.scheduler.skipUpdateCheck", "true");
        properties.put("org.quartz.scheduler.batchTriggerAcquisitionMaxCount", Integer.toString(THREADS));
        properties.put("org.quartz.threadPool.class", "org.quartz.simpl.SimpleThreadPool");
        properties.put("org.quartz.threadPool.threadCount", Integer.toString(THREADS));
        properties.put("org.quartz.jobStore.class", "org.quartz.impl.jdbcjobstore.JobStoreTX");
        properties.put("org.quartz.jobStore.driverDelegateClass", "org.quartz.impl.jdbcjobstore.PostgreSQLDelegate");
        properties.put("org.quartz.jobStore.dataSource", "pool");
        properties.put("org.quartz.jobStore.isClustered", "true");
        properties.put("org.quartz.jobStore.acquireTriggersWithinLock", "true");
        properties.put("org.quartz.jobStore.misfireThreshold", "3600000");
        properties.put("org.quartz.dataSource.pool.provider", "hikaricp");
        properties.put("org.quartz.dataSource.pool.driver", "org.postgresql.Driver");
        properties.put("org.quartz.dataSource.pool.URL", database.url);
        properties.put("org.quartz.dataSource.pool.maxConnections", Integer.toString(THREADS + 4));
        scheduler = new StdSchedulerFactory(properties).getScheduler();
    }

    private static String tables() throws IOException {
        try (InputStream script =
                QuartzSubject.class.getResourceAsStream("/org/quartz/impl/jdbcjobstore/tables_postgres.sql")) {
            return new String(Objects.requireNonNull(script).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** The job. */
    public static final class Worker implements Job {
        @Override
        public void execute(JobExecutionContext context) {
            Work.run(context.getMergedJobDataMap().getLong("number"));
        }
    }

    private static JobDetail job(long number) {
        return JobBuilder.newJob(Worker.class)
                .withIdentity(Long.toString(NAME.incrementAndGet()))
                .usingJobData("number", number)
                .build();
    }

    private static Trigger trigger(JobDetail job) {
        return TriggerBuilder.newTrigger()
                .withIdentity(job.getKey().getName())
                .startNow()
                .build();
    }

    @Override
    public void enqueueAll(List<Long> numbers) throws Exception {
        for (int from = 0; from < numbers.size(); from += AT_ONCE) {
            Map<JobDetail, Set<? extends Trigger>> some = new HashMap<>();
            for (long number : numbers.subList(from, Math.min(numbers.size(), from + AT_ONCE))) {
                JobDetail job = job(number);
                some.put(job, new HashSet<>(List.of(trigger(job))));
            }
            scheduler.scheduleJobs(some, false);
        }
    }

    @Override
    public void enqueue(long number) throws Exception {
        JobDetail job = job(number);
        scheduler.scheduleJob(job, trigger(job));
    }

    @Override
    public void start() throws Exception {
        scheduler.start();
    }

    @Override
    public String remaining() {
        return "select count(*) from qrtz_triggers";
    }

    @Override
    public void close() {
        try {
            scheduler.shutdown(true);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
