package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.Contributions;
import dev.headroom.Headroom;
import dev.headroom.RequestContext;
import dev.headroom.config.ConfigurationException;
import dev.headroom.console.ConsolePanel;
import dev.headroom.console.PanelView;
import dev.headroom.debug.DebugLog;
import dev.headroom.testkit.SharedPostgres;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** The router in an application: annotations, signals, health, console, meters, debug lines. */
@TestInstance(Lifecycle.PER_CLASS)
class PluggedTest {
    private final Rig rig = new Rig(
            SharedPostgres.withStandbys(1),
            1,
            options -> Rig.patient(options)
                    .staleness(Duration.ofSeconds(1), Duration.ofSeconds(30))
                    .digest(100));
    private final CountingMeters meters = new CountingMeters();
    private final AtomicReference<ConsolePanel> panel = new AtomicReference<>();
    private final Headroom headroom =
            Headroom.builder("test").meters(meters).plug(rig.router).build();
    private final Notes notes = headroom.enhance(Notes.class, new JdbcNotes());

    @AfterAll
    void close() {
        headroom.close();
        rig.close();
    }

    interface Notes {
        @ReadOnly(maxStaleness = "10s")
        String read() throws SQLException;

        @UsePrimary
        String readPrimary() throws SQLException;

        @UseReplica(maxStaleness = "10s")
        String report() throws SQLException;

        @ReadOnly
        long writeByMistake() throws SQLException;

        String unmarked() throws SQLException;
    }

    private final class JdbcNotes implements Notes {
        @Override
        public String read() throws SQLException {
            return unmarked();
        }

        @Override
        public String readPrimary() throws SQLException {
            return unmarked();
        }

        @Override
        public String report() throws SQLException {
            return unmarked();
        }

        @Override
        public long writeByMistake() throws SQLException {
            try (Connection connection = rig.dataSource().getConnection()) {
                return Rig.insert(connection, "never");
            }
        }

        @Override
        public String unmarked() throws SQLException {
            try (Connection connection = rig.dataSource().getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("select 1")) {
                row.next();
                return Rig.nodeOf(connection);
            }
        }
    }

    interface Wrong {
        @ReadOnly(maxStaleness = "soon")
        void read();
    }

    @Test
    void annotationsChooseTheNode() throws Exception {
        assertThat(notes.read()).isEqualTo("r1");
        assertThat(notes.report()).isEqualTo("r1");
        assertThat(notes.readPrimary()).isEqualTo("p");
        assertThat(notes.unmarked()).isEqualTo("p");
        assertThatThrownBy(notes::writeByMistake).isInstanceOf(ReadOnlyViolationException.class);
    }

    @Test
    void annotationThatCannotWorkIsRefusedWhenEnhanced() {
        assertThatThrownBy(() -> headroom.enhance(Wrong.class, () -> {}))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("maxStaleness: soon");
    }

    @Test
    void debugShowsWhichNodeAnswered() throws Exception {
        List<String> lines = new ArrayList<>();
        DebugLog debug = new DebugLog() {
            @Override
            public boolean enabled() {
                return true;
            }

            @Override
            public void add(String area, String text, long nanos, @Nullable Throwable failure) {
                lines.add("[" + area + "] " + text + (failure == null ? "" : " failed"));
            }
        };
        RequestContext.builder().debug(debug).build().call(() -> {
            notes.read();
            notes.readPrimary();
            assertThatThrownBy(notes::writeByMistake).isInstanceOf(SQLException.class);
            return null;
        });
        assertThat(lines)
                .contains("[db] [r1] select 1", "[db] [p] select 1")
                .anyMatch(line -> line.startsWith("[db] [r1] insert into note") && line.endsWith("failed"));
    }

    @Test
    void contributesSignalsHealthAndMeters() throws Exception {
        notes.read();
        assertThat(headroom.load().pressures()).containsKeys("router.lag", "router.pool", "router.latency");
        assertThat(headroom.health().report().ready()).isTrue();
        assertThat(meters.count(RouterMeters.UNITS, "router", "main", "node", "r1", "kind", "read"))
                .isPositive();
        assertThat(meters.gaugeNames()).contains(RouterMeters.LAG, RouterMeters.IN_FLIGHT);
    }

    @Test
    void fullPoolIsASignal() throws Exception {
        HikariDataSource pool = rig.pools.get(1);
        List<Connection> all = new ArrayList<>();
        try {
            assertThat(headroom.load().pressures().get("router.pool")).isLessThan(1);
            for (int i = 0; i < pool.getMaximumPoolSize(); i++) {
                all.add(pool.getConnection());
            }
            await().untilAsserted(() ->
                    assertThat(headroom.load().pressures().get("router.pool")).isGreaterThanOrEqualTo(1));
        } finally {
            for (Connection connection : all) {
                connection.close();
            }
        }
        await().untilAsserted(() ->
                assertThat(headroom.load().pressures().get("router.pool")).isLessThan(1));
    }

    @Test
    void panelShowsEveryNodeAndItsLag() {
        rig.standby(1).pauseReplay();
        try {
            Rig.execute(rig.database.dataSource(), "insert into note (text) values ('late')");
            await().until(() -> rig.status("r1").state() == NodeState.LATE);
            PanelView view = panel().view();
            assertThat(view.figures())
                    .anyMatch(figure -> figure.label().equals("primary")
                            && figure.value().equals("p")
                            && figure.level() == PanelView.Level.GOOD);
            assertThat(view.series()).singleElement().satisfies(series -> {
                assertThat(series.label()).isEqualTo("lag r1");
                assertThat(series.value()).isGreaterThan(0.9);
            });
            assertThat(view.tables().get(0).rows())
                    .anyMatch(row -> row.subList(0, 3).equals(List.of("r1", "replica", "late")));
        } finally {
            rig.standby(1).resumeReplay();
            rig.standby(1).waitUntilCaughtUp();
        }
    }

    @Test
    void panelShowsWhatStatementsCost() throws Exception {
        notes.read();
        assertThat(panel().view().tables())
                .filteredOn(table -> table.title().equals("Statements by total time"))
                .singleElement()
                .satisfies(table -> {
                    assertThat(table.columns()).startsWith("statement", "count");
                    assertThat(table.rows())
                            .isNotEmpty()
                            .allSatisfy(row -> assertThat(row).hasSameSizeAs(table.columns()));
                });
    }

    private ConsolePanel panel() {
        Contributions taker = (Contributions) Proxy.newProxyInstance(
                Contributions.class.getClassLoader(),
                new Class<?>[] {Contributions.class},
                (self, method, arguments) -> {
                    if (method.getName().equals("consolePanel")) {
                        panel.set((ConsolePanel) arguments[0]);
                    }
                    return self;
                });
        rig.router.contribute(taker);
        return panel.get();
    }
}
