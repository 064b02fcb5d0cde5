package dev.headroom.examples.boot4;

import dev.headroom.queue.JobQueue;
import dev.headroom.queue.SchemaInstaller;
import dev.headroom.queue.spring.SpringTransactions;
import javax.sql.DataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** The queue, whose jobs belong to the transactions that enqueue them. */
@Configuration(proxyBeanMethods = false)
class Jobs {
    @Bean(initMethod = "start", destroyMethod = "close")
    JobQueue jobQueue(DataSource dataSource, @Lazy Labels labels) {
        SchemaInstaller.install(dataSource);
        return JobQueue.builder(dataSource)
                .handlers(labels) // beans with @Job methods
                .currentTransaction(SpringTransactions.of(dataSource)) // @Transactional; JPA: SpringJpaTransactions
                .build();
    }
}
