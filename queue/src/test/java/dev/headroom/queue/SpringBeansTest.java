package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.queue.Recorder.Note;
import dev.headroom.queue.spring.SpringTransactions;
import java.time.Duration;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.aop.support.AopUtils;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;

/** Services with {@code @Transactional} that enqueue, and handlers that are beans behind proxies of classes, as in an application of Spring's. */
@OnEveryBackend
class SpringBeansTest extends JobQueueContract {
    /** What an application says. */
    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement(proxyTargetClass = true)
    public static class Application {
        /** Of the queue's database. */
        @Bean
        public PlatformTransactionManager transactionManager(DataSource dataSource) {
            return new DataSourceTransactionManager(dataSource);
        }

        /** By JDBC. */
        @Bean
        public JdbcTemplate jdbc(DataSource dataSource) {
            return new JdbcTemplate(dataSource);
        }

        /** Made before the beans that handle its jobs, which may need it. */
        @Bean(initMethod = "start", destroyMethod = "close")
        public JobQueue jobQueue(DataSource dataSource, @Lazy Images images, @Lazy Albums albums) {
            SchemaInstaller.install(dataSource);
            return JobQueue.builder(dataSource)
                    .handlers(images, albums)
                    .currentTransaction(SpringTransactions.of(dataSource))
                    .pollInterval(Duration.ofMillis(100))
                    .build();
        }

        /** Handles jobs. */
        @Bean
        public Images images(JdbcTemplate jdbc) {
            return new Images(jdbc);
        }

        /** Handles jobs and enqueues them. */
        @Bean
        public Albums albums(JobQueue queue) {
            return new Albums(queue);
        }

        /** Enqueues them. */
        @Bean
        public Shop shop(JdbcTemplate jdbc, JobQueue queue) {
            return new Shop(jdbc, queue);
        }
    }

    /** Takes part in its job's transaction without knowing of jobs. */
    @Transactional
    public static class Images {
        private final JdbcTemplate jdbc;

        Images(JdbcTemplate jdbc) {
            this.jdbc = jdbc;
        }

        /** Fails after it has written, if told to. */
        @Job(name = "image.thumb", tx = Tx.COMPLETE_IN_TX, attempts = 1)
        public void thumb(Note note) {
            jdbc.update("insert into effect (id, note) values (?, 'thumb')", note.id());
            if (note.text().equals("no image")) {
                throw new IllegalStateException(note.text());
            }
        }
    }

    /** Enqueues in a handler, and where it is called. */
    @Transactional
    public static class Albums {
        private final JobQueue queue;

        Albums(JobQueue queue) {
            this.queue = queue;
        }

        /** Has its handler called. */
        public void add(Note album) {
            queue.enqueue(Albums::publish, album);
        }

        /** Fails after it has enqueued, if told to. */
        @Job(name = "album.publish", tx = Tx.COMPLETE_IN_TX, attempts = 1)
        public void publish(Note album, JobContext job) {
            job.jobQueue().enqueue(Images::thumb, album);
            if (album.text().equals("private")) {
                throw new IllegalStateException(album.text());
            }
        }
    }

    /** Writes and enqueues. */
    public static class Shop {
        private final JdbcTemplate jdbc;
        private final JobQueue queue;

        Shop(JdbcTemplate jdbc, JobQueue queue) {
            this.jdbc = jdbc;
            this.queue = queue;
        }

        /** Fails after it has enqueued, if told to. */
        @Transactional
        public JobHandle add(Note product, boolean fails) {
            jdbc.update("insert into effect (id, note) values (?, 'product')", product.id());
            JobHandle job = queue.enqueue(Images::thumb, product);
            if (fails) {
                throw new IllegalStateException("no room");
            }
            return job;
        }
    }

    private final AnnotationConfigApplicationContext application = new AnnotationConfigApplicationContext();

    @BeforeEach
    void begin() {
        application.getBeanFactory().registerSingleton("dataSource", dataSource());
        application.register(Application.class);
        application.refresh();
    }

    @AfterEach
    void end() {
        application.close();
    }

    @Test
    void jobsOfTransactionalServicesRunInHandlersBehindProxies() {
        Shop shop = application.getBean(Shop.class);
        assertThat(AopUtils.isCglibProxy(shop)).isTrue();
        assertThat(AopUtils.isCglibProxy(application.getBean(Images.class))).isTrue();

        shop.add(new Note(1, ""), false);
        assertThatThrownBy(() -> shop.add(new Note(2, ""), true)).hasMessage("no room");
        JobHandle failing = shop.add(new Note(3, "no image"), false);
        awaitNoJobs();

        assertThat(count("effect where note = 'product' and id in (1, 3)")).isEqualTo(2);
        assertThat(count("effect where note = 'thumb' and id = 1")).isOne();
        assertThat(count("effect")).as("none of what was rolled back").isEqualTo(3);
        assertThat(failing.state()).contains(JobState.DEAD);
        assertThat(application.getBean(JobQueue.class).dead().newest(10)).hasSize(1);
    }

    @Test
    void aBeanThatHandlesJobsAlsoEnqueuesThem() {
        Albums albums = application.getBean(Albums.class);
        assertThat(AopUtils.isCglibProxy(albums)).isTrue();

        albums.add(new Note(1, ""));
        albums.add(new Note(2, "private"));
        awaitNoJobs();

        assertThat(count("effect where note = 'thumb' and id = 1")).isOne();
        assertThat(count("effect")).isOne();
        assertThat(application.getBean(JobQueue.class).dead().newest(10))
                .extracting(DeadJob::name)
                .containsExactly("album.publish");
    }
}
