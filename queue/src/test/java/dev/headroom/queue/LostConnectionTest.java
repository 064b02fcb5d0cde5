package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.queue.Recorder.Note;
import dev.headroom.queue.internal.sql.Sql;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What the drivers say of a connection that was lost, and of servers that are there and refuse something. */
@OnEveryBackend
class LostConnectionTest extends JobQueueContract {
    private final Signalling signalling = new Signalling();

    /** Has the database refuse it. */
    public static final class Signalling {
        final List<Integer> attempts = new CopyOnWriteArrayList<>();
        String signal = "";

        @Job(name = "signalling", queue = "signalling", tx = Tx.LOCK_IN_TX, attempts = 1)
        public void signal(Note note, JobContext job) throws SQLException {
            attempts.add(job.attempt());
            execute(job.connection(), signal);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private String signal(String state) {
        return switch (backend) {
            case H2 -> "call signal('" + state + "', 'no')";
            case POSTGRESQL -> "do $$ begin raise exception 'no' using errcode = '" + state + "'; end $$";
            case MARIADB -> "signal sqlstate '" + state + "' set message_text = 'no'";
        };
    }

    private static SQLException failure(Connection connection, String sql) {
        return catchThrowableOfType(SQLException.class, () -> execute(connection, sql));
    }

    @Test
    void whatAnApplicationSignalsIsNoLostConnection() throws SQLException {
        try (Connection connection = dataSource().getConnection()) {
            for (String state : List.of("45000", "44000", "0K000", "23505", "P0001", "70100")) {
                SQLException refused = failure(connection, signal(state));
                assertThat((Throwable) refused).as(state).hasMessageContaining("no");
                assertThat(Sql.isLost(refused)).as(state).isFalse();
            }
        }
    }

    @Test
    void aJobForWhichTheDatabaseSignalsHasTheAttemptsThatItHas() {
        signalling.signal = signal("45000");
        JobQueue queue = started(builder().handlers(signalling).workers(1));
        queue.enqueue(Signalling::signal, new Note(1, ""));
        awaitNoJobs();
        assertThat(signalling.attempts).containsExactly(1);
        assertThat(queue.dead().newest(9)).hasSize(1);
    }

    @Test
    void aConnectionThatIsCutOffIsLost() throws Exception {
        if (backend == Backend.H2) {
            try (Connection cut = DriverManager.getConnection("jdbc:h2:mem:lost");
                    Connection other = DriverManager.getConnection("jdbc:h2:mem:lost")) {
                execute(other, "shutdown immediately");
                assertThat(Sql.isLost(failure(cut, "select 1"))).isTrue();
            }
            return;
        }
        boolean postgres = backend == Backend.POSTGRESQL;
        try (Connection idle = dataSource().getConnection();
                Connection busy = dataSource().getConnection()) {
            long idles = session(idle);
            long busys = session(busy);
            CompletableFuture<SQLException> asleep = CompletableFuture.supplyAsync(
                    () -> failure(busy, postgres ? "select pg_sleep(60)" : "do sleep(60)"));
            String command = postgres ? "select pg_terminate_backend(%d)" : "kill connection %d";
            execute(String.format(command, idles));
            execute(String.format(command, busys));
            assertThat(Sql.isLost(failure(idle, "select 1"))).as("idle").isTrue();
            assertThat(Sql.isLost(asleep.get())).as("busy").isTrue();
        }
    }

    private long session(Connection connection) throws SQLException {
        String id = backend == Backend.POSTGRESQL ? "pg_backend_pid()" : "connection_id()";
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select " + id)) {
            row.next();
            return row.getLong(1);
        }
    }

    @Test
    void aPoolThatHasNoConnectionHasLostThem() {
        assumeThat(backend).isNotEqualTo(Backend.H2);
        HikariConfig config = new HikariConfig();
        // What the server has against that has a number of its own.
        config.setJdbcUrl(database.dataSource().getJdbcUrl().replaceFirst("user=[^&]*", "user=nobody"));
        config.setConnectionTimeout(500);
        config.setInitializationFailTimeout(-1);
        try (HikariDataSource pool = new HikariDataSource(config)) {
            SQLException none = catchThrowableOfType(SQLException.class, pool::getConnection);
            assertThat(Sql.isLost(none)).as(none.toString()).isTrue();
        }
    }
}
