package dev.headroom.queue.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.queue.JobQueue;
import dev.headroom.queue.SchemaInstaller;
import java.time.Duration;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;

/** That jobs of a killed process run again within 15 s, unless a lease is given, follows from what the defaults are. */
class RescueTimeTest {
    @Test
    void theDefaultsAddUpTo15SecondsAtMost() {
        JdbcDataSource dataSource = new JdbcDataSource();
        dataSource.setURL("jdbc:h2:mem:rescuetime;DB_CLOSE_DELAY=-1");
        SchemaInstaller.install(dataSource);
        try (JobQueue queue = JobQueue.builder(dataSource).build()) {
            QueueOptions options = ((DefaultJobQueue) queue).parts().options();
            // Silent for a lease since its last beat, which was before the kill; a look for such that was just made is
            // made again after a pause, by a
            // thread that comes round now and then; another process, if this one has no room, looks for work.
            Duration longest = options.lease()
                    .plusNanos(Rescuer.REAP_EVERY)
                    .plusMillis(new Lease(options.lease()).roundMillis())
                    .plus(options.pollInterval());
            assertThat(longest).isLessThanOrEqualTo(Duration.ofSeconds(15));
        }
    }
}
