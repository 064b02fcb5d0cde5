package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.router.hikari.HikariNodes;
import dev.headroom.testkit.PostgresCluster;
import dev.headroom.testkit.SharedPostgres;
import dev.headroom.testkit.TestDatabase;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

class ReadmeTest {
    private static final Path README = Path.of("README.md");

    private static HikariDataSource pool(String url) {
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(url);
        pool.setMaximumPoolSize(4);
        return pool;
    }

    @Test
    void theStartIsWhatRunsHere() throws Exception {
        PostgresCluster cluster = SharedPostgres.withStandbys(1);
        try (TestDatabase database = cluster.createDatabase();
                HikariDataSource primaryPool = pool(database.jdbcUrl());
                HikariDataSource replicaPool = pool(database.standbyJdbcUrls().get(0))) {
            String answer = start(primaryPool, replicaPool);
            assertThat(answer).isEqualTo("it is there");
        }
    }

    /** Every piece of code is compiled, here or among the snippets. */
    @Test
    void theSnippetsAreWhatIsCompiled() throws Exception {
        String readme = Files.readString(README);
        int snippets = 0;
        for (String file : List.of("ReadmeTest", "ReadmeSnippets")) {
            String source = Files.readString(Path.of("src/test/java/dev/headroom/router", file + ".java"));
            Matcher snippet = Pattern.compile("(?s)// README: start\n(.*?)\n *// README: end\n")
                    .matcher(source);
            while (snippet.find()) {
                assertThat(readme).contains("```java\n" + snippet.group(1).stripIndent() + "\n```");
                snippets++;
            }
        }
        assertThat(readme.split("```java\n", -1)).hasSize(snippets + 1);
    }

    private static String start(HikariDataSource primaryPool, HikariDataSource replicaPool) throws Exception {
        // README: start
        ReplicaRouter router = ReplicaRouter.builder("main")
                .primary(HikariNodes.node("p", primaryPool))
                .replica(HikariNodes.node("r1", replicaPool))
                .build();
        DataSource dataSource = router.dataSource(); // for Spring, Hibernate, jOOQ, plain JDBC …

        execute(dataSource, "create table note (text text)"); // on the primary
        execute(dataSource, "insert into note values ('it is there')");
        String text = RouteScope.readOnly().call(() -> query(dataSource, "select text from note"));
        // README: end
        router.close();
        return text;
    }

    private static void execute(DataSource dataSource, String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String query(DataSource dataSource, String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    @Test
    void theTableOfMetersIsComplete() throws Exception {
        TreeSet<String> declared = new TreeSet<>();
        for (Field field : RouterMeters.class.getFields()) {
            if (Modifier.isStatic(field.getModifiers())) {
                declared.add((String) field.get(null));
            }
        }
        assertThat(firstCells("headroom\\.router\\.[a-z.-]+")).isEqualTo(declared);
    }

    private static TreeSet<String> firstCells(String name) throws Exception {
        TreeSet<String> shown = new TreeSet<>();
        Matcher row = Pattern.compile("(?m)^\\| `(" + name + ")`").matcher(Files.readString(README));
        while (row.find()) {
            shown.add(row.group(1));
        }
        return shown;
    }
}
