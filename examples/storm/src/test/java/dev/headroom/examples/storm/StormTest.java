package dev.headroom.examples.storm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StormTest {
    @Test
    void tellsWhatThereIs() {
        Session session = Session.run("--help");

        assertThat(session.status()).isZero();
        assertThat(session.out())
                .contains(
                        "stampede",
                        "spike",
                        "upload",
                        "lag",
                        "failover",
                        "--pictures N",
                        "(default 100)",
                        "--start",
                        "Exit status");
    }

    @Test
    void tellsItAlsoWhenNothingIsSaid() {
        assertThat(Session.run().status()).isEqualTo(2);
    }

    @Test
    void refusesAScenarioThatIsNotThere() {
        Session session = Session.run("drizzle");

        assertThat(session.status()).isEqualTo(2);
        assertThat(session.errors())
                .contains("scenario: drizzle (expected: one of stampede, spike, upload, lag, failover)");
    }

    @Test
    void refusesOptionsOfAnotherScenario() {
        Session session = Session.run("stampede", "--pictures", "3");

        assertThat(session.status()).isEqualTo(2);
        assertThat(session.errors()).contains("option: --pictures", "for stampede");
    }

    @Test
    void refusesAMixOfUnknownKinds() {
        Session session = Session.run("upload", "--mix", "gif=3");

        assertThat(session.status()).isEqualTo(2);
        assertThat(session.errors()).contains("--mix: gif=3 (expected: standard, or kinds and weights");
    }

    @ParameterizedTest
    @ValueSource(strings = {"lag", "failover"})
    void breaksNobodyElsesDatabases(String scenario) {
        Session session = Session.run(scenario, "--url", "http://127.0.0.1:1");

        assertThat(session.status()).isEqualTo(2);
        assertThat(session.errors()).contains("--start", scenario + " breaks databases");
    }

    @Test
    void failsWhereThereIsNoSite() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }

        Session session = Session.run("stampede", "--url", "http://127.0.0.1:" + free, "--rounds", "1");

        assertThat(session.status()).isEqualTo(1);
        assertThat(session.errors()).contains("stampede could not be run to its end");
    }

    @Test
    void failsWhereThereIsNoMarketplaceToStart() {
        Session session = Session.run("upload", "--start", "--marketplace-jar", "no/such.jar");

        assertThat(session.status()).isEqualTo(1);
        assertThat(session.errors()).contains("There is no marketplace at no/such.jar");
    }
}
