package dev.headroom.benchmarks.queue;

import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.List;
import org.jobrunr.jobs.mappers.JobMapper;
import org.jobrunr.scheduling.JobScheduler;
import org.jobrunr.server.BackgroundJobServer;
import org.jobrunr.server.BackgroundJobServerConfiguration;
import org.jobrunr.storage.sql.postgres.PostgresStorageProvider;
import org.jobrunr.utils.mapper.jackson.JacksonJsonMapper;

/** JobRunr's free edition, with the shortest poll interval that it supports; each job that is done has it look for more. */
final class JobRunrSubject implements QueueSubject {
    private static final int WORKERS = 16;
    private static final int AT_ONCE = 1_000;

    private final HikariDataSource pool;
    private final JobScheduler scheduler;
    private final BackgroundJobServer server;

    JobRunrSubject(Database database) {
        pool = database.pool(WORKERS + 4);
        PostgresStorageProvider storage = new PostgresStorageProvider(pool);
        JacksonJsonMapper json = new JacksonJsonMapper();
        storage.setJobMapper(new JobMapper(json));
        scheduler = new JobScheduler(storage);
        server = new BackgroundJobServer(
                storage,
                json,
                null,
                BackgroundJobServerConfiguration.usingStandardBackgroundJobServerConfiguration()
                        .andWorkerCount(WORKERS)
                        .andPollInterval(Duration.ofSeconds(5)));
    }

    @Override
    public void enqueueAll(List<Long> numbers) {
        for (int from = 0; from < numbers.size(); from += AT_ONCE) {
            scheduler.enqueue(
                    numbers.subList(from, Math.min(numbers.size(), from + AT_ONCE)).stream(),
                    number -> Work.run(number));
        }
    }

    @Override
    public void enqueue(long number) {
        scheduler.enqueue(() -> Work.run(number));
    }

    @Override
    public void start() {
        server.start();
    }

    @Override
    public String remaining() {
        return "select count(*) from jobrunr_jobs where state <> 'SUCCEEDED'";
    }

    @Override
    public void close() {
        server.stop();
        pool.close();
    }
}
