package dev.headroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.testkit.internal.ProcessesIn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 180, unit = TimeUnit.SECONDS)
@Tag("one-jdk")
class PostgresDataDirectoryTest {

    @TempDir
    private Path directory;

    /** A main class that starts a cluster over the given directory, writes a row and waits to be killed. */
    static final class Writer {
        public static void main(String[] args) throws InterruptedException {
            PostgresCluster cluster = builder(Path.of(args[0])).start();
            PgAssertions.update(cluster.primary().dataSource(), "create table thing (id int primary key)");
            PgAssertions.update(cluster.primary().dataSource(), "insert into thing values (1)");
            if (args.length > 1) {
                cluster.standbys().get(0).suspend();
            }
            System.out.println("written");
            Thread.currentThread().join();
        }
    }

    @Test
    void nextStartTakesOverWhatAKilledJvmLeft() {
        try (ChildJvm writer = ChildJvm.builder(Writer.class)
                .arguments(directory.toString(), "suspend")
                .start()) {
            writer.waitForLine(Pattern.compile("^written$"));
            ProcessHandle.of(writer.pid()).orElseThrow().destroyForcibly();
            writer.waitForExit();
        }
        assertThat(ProcessesIn.directory(directory)).as("orphaned servers").isNotEmpty();

        try (PostgresCluster cluster = builder(directory).start()) {
            assertThat(PgAssertions.rows(cluster.primary().dataSource(), "thing"))
                    .isEqualTo(1);
            assertThat(PgAssertions.rows(cluster.standbys().get(0).dataSource(), "thing"))
                    .isEqualTo(1);
        }
        assertThat(ProcessesIn.directory(directory)).isEmpty();
    }

    @Test
    void endOfTheJvmStopsItsServersAndKeepsTheData() {
        try (ChildJvm writer =
                ChildJvm.builder(Writer.class).arguments(directory.toString()).start()) {
            writer.waitForLine(Pattern.compile("^written$"));
            writer.terminate();
            assertThat(writer.waitForExit()).isEqualTo(143);
        }
        assertThat(ProcessesIn.directory(directory)).isEmpty();
        try (PostgresCluster cluster = builder(directory).standbys(0).start()) {
            assertThat(PgAssertions.rows(cluster.primary().dataSource(), "thing"))
                    .isEqualTo(1);
        }
    }

    @Test
    void directoryInUseIsRefused() {
        try (PostgresCluster cluster = builder(directory).standbys(0).start()) {
            assertThatThrownBy(() -> builder(directory).start())
                    .isInstanceOf(ServiceException.class)
                    .hasMessageContaining("(expected: a directory that is not in use; process "
                            + ProcessHandle.current().pid() + " uses it)");
            assertThat(PgAssertions.value(cluster.primary().dataSource(), "select 1"))
                    .isEqualTo("1");
        }
    }

    @Test
    void closingOnAnInterruptedThreadStopsAllServers() {
        PostgresCluster cluster = builder(directory).start();
        Thread.currentThread().interrupt();
        cluster.close();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(ProcessesIn.directory(directory)).isEmpty();
    }

    @Test
    void failedStartGivesTheDirectoryBack() throws IOException {
        Path inTheWay = Files.createDirectory(directory.resolve("cluster.properties"));
        assertThatThrownBy(() -> builder(directory).start())
                .isInstanceOf(ServiceException.class)
                .hasMessageContaining("could not read");
        Files.delete(inTheWay);
        builder(directory).standbys(0).start().close();
    }

    @Test
    void dataOfAnotherMajorVersionIsRefused() throws IOException {
        builder(directory).standbys(0).start().close();
        Files.writeString(directory.resolve("pg-1/PG_VERSION"), "12\n");
        assertThatThrownBy(() -> builder(directory).start())
                .isInstanceOf(ServiceException.class)
                .hasMessageContaining("was made by PostgreSQL 12");
    }

    @Test
    void promotedNodeIsThePrimaryOfTheNextStart() {
        try (PostgresCluster cluster = builder(directory).start()) {
            cluster.primary().kill();
            cluster.standbys().get(0).promote();
            PgAssertions.update(cluster.primary().dataSource(), "create table later (id int)");
        }
        try (PostgresCluster cluster = builder(directory).start()) {
            assertThat(cluster.primary().name()).isEqualTo("pg-2");
            assertThat(PgAssertions.rows(cluster.primary().dataSource(), "later"))
                    .isZero();
            assertThat(cluster.standbys().get(0).name()).isEqualTo("pg-1");
        }
    }

    private static PostgresClusterBuilder builder(Path directory) {
        return PostgresCluster.builder()
                .dataDirectory(directory)
                .database("shop")
                .standbys(1);
    }
}
