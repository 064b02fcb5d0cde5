package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.RequestContext;
import dev.headroom.router.hikari.HikariNodes;
import dev.headroom.testkit.PostgresCluster;
import dev.headroom.testkit.SharedPostgres;
import dev.headroom.testkit.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;

/** The guide's application, before and after, on a real primary and standby; and the guide shows what runs here. */
class GuideTest {
    private static final Path GUIDE = Path.of("docs", "replicas-in-an-hour.md");
    private static final Path SOURCE = Path.of("src/test/java/dev/headroom/router/GuideTest.java");

    private static String primaryUrl = "";
    private static String replicaUrl = "";

    // GUIDE: before
    @Configuration
    @EnableTransactionManagement
    static class Before {
        @Bean
        DataSource dataSource() {
            return pool(primaryUrl);
        }

        @Bean
        PlatformTransactionManager transactions(DataSource dataSource) {
            return new DataSourceTransactionManager(dataSource);
        }
    }
    // GUIDE: end

    // GUIDE: after
    @Configuration
    @EnableTransactionManagement
    static class After {
        @Bean(destroyMethod = "close")
        HikariDataSource primaryPool() {
            return pool(primaryUrl);
        }

        @Bean(destroyMethod = "close")
        HikariDataSource replicaPool() {
            return pool(replicaUrl);
        }

        @Bean
        ReplicaRouter router() {
            return ReplicaRouter.builder("main")
                    .primary(HikariNodes.node("p", primaryPool()))
                    .replica(HikariNodes.node("r1", replicaPool()))
                    .digest(500)
                    .build();
        }

        @Bean
        @Primary
        DataSource dataSource() {
            return router().dataSource();
        }

        @Bean
        PlatformTransactionManager transactions(DataSource dataSource) {
            return new DataSourceTransactionManager(dataSource);
        }
    }
    // GUIDE: end

    // GUIDE: service
    static class Notes {
        private final JdbcTemplate jdbc;

        Notes(DataSource dataSource) {
            this.jdbc = new JdbcTemplate(dataSource);
        }

        @Transactional(readOnly = true)
        public List<String> newest() {
            return jdbc.queryForList("select text from note order by id desc limit 10", String.class);
        }

        @Transactional
        public void add(String text) {
            jdbc.update("insert into note (text) values (?)", text);
        }
        // GUIDE: end

        long count() {
            return jdbc.queryForObject("select count(*) from note", Long.class);
        }
    }

    @Configuration
    static class Services {
        @Bean
        Notes notes(DataSource dataSource) {
            return new Notes(dataSource);
        }
    }

    @Configuration
    @Import({Before.class, Services.class})
    static class ApplicationBefore {}

    @Configuration
    @Import({After.class, Services.class})
    static class ApplicationAfter {}

    private static HikariDataSource pool(String url) {
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(url);
        pool.setMaximumPoolSize(4);
        pool.setValidationTimeout(250);
        return pool;
    }

    @Test
    void applicationMovesWithoutAChangeOfItsServices() throws Exception {
        PostgresCluster cluster = SharedPostgres.withStandbys(1);
        try (TestDatabase database = cluster.createDatabase()) {
            primaryUrl = database.jdbcUrl();
            replicaUrl = database.standbyJdbcUrls().get(0);
            Rig.execute(
                    database.dataSource(),
                    "create table note (id bigint generated always as identity primary key, text text)");
            try (var context = new AnnotationConfigApplicationContext(ApplicationBefore.class)) {
                Notes notes = context.getBean(Notes.class);
                notes.add("before");
                assertThat(notes.newest()).containsExactly("before");
            }
            cluster.waitUntilCaughtUp();
            try (var context = new AnnotationConfigApplicationContext(ApplicationAfter.class)) {
                moved(context.getBean(Notes.class), context.getBean(ReplicaRouter.class), cluster);
            }
        }
    }

    private static void moved(Notes notes, ReplicaRouter router, PostgresCluster cluster) throws Exception {
        assertThat(notes.newest()).containsExactly("before");
        assertThat(shareOfReplicas(router)).isEqualTo(1);
        cluster.standbys().get(0).pauseReplay();
        try {
            RequestContext.builder().build().call(() -> {
                notes.add("own");
                assertThat(notes.newest()).as("its own write, from the primary").containsExactly("own", "before");
                return null;
            });
        } finally {
            cluster.standbys().get(0).resumeReplay();
        }
        assertThat(notes.count()).isEqualTo(2);
        assertThat(notMarkedYet(router)).extracting(QueryDigest::statement).contains("select count(*) from note");
    }

    private static double shareOfReplicas(ReplicaRouter router) {
        // GUIDE: share
        long reads = router.nodes().stream().mapToLong(NodeStatus::reads).sum();
        long onReplicas = router.nodes().stream()
                .filter(node -> node.role() == NodeRole.REPLICA)
                .mapToLong(NodeStatus::reads)
                .sum();
        // GUIDE: end
        return onReplicas / (double) reads;
    }

    private static List<QueryDigest> notMarkedYet(ReplicaRouter router) {
        // GUIDE: unmarked
        List<QueryDigest> notMarkedYet = router.digest().stream()
                .filter(digest -> digest.statement().startsWith("select"))
                .filter(digest -> digest.countByNode().containsKey("p"))
                .toList();
        // GUIDE: end
        return notMarkedYet;
    }

    @Test
    void theGuideShowsWhatRunsHere() throws Exception {
        String guide = Files.readString(GUIDE);
        Matcher snippet =
                Pattern.compile("(?s)// GUIDE: \\w+\n(.*?)\n *// GUIDE: end").matcher(Files.readString(SOURCE));
        int shown = 0;
        while (snippet.find()) {
            String code = snippet.group(1).stripIndent().strip();
            assertThat(guide).contains(code);
            shown++;
        }
        assertThat(shown).isEqualTo(5);
    }

    /** Every test that the README's table names is there. */
    @Test
    void theTestsThatTheComparisonNamesExist() throws Exception {
        Matcher named =
                Pattern.compile("`((?:\\w+/)?\\w+Test)#(\\w+)`").matcher(Files.readString(Path.of("README.md")));
        int found = 0;
        while (named.find()) {
            Path test = Path.of("src/test/java/dev/headroom/router", named.group(1) + ".java");
            assertThat(test).exists();
            assertThat(Files.readString(test)).contains("void " + named.group(2) + "(");
            found++;
        }
        assertThat(found).isGreaterThan(20);
    }
}
