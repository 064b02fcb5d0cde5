package dev.headroom.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.memcached.Memcached;
import dev.headroom.memcached.MemcachedNode;
import dev.headroom.session.internal.MemcachedSessionStore;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("one-jdk")
class SessionFaultTest {
    /** Two operations of 250 ms each, and room for a machine that is busy. */
    private static final Duration BOUND = Duration.ofMillis(1500);

    private LocalMemcached server;
    private Memcached memcached;
    private WebServer a;
    private WebServer b;

    @BeforeEach
    void start() {
        server = LocalMemcached.start();
        memcached = Memcached.nodes(server.address()).build();
        a = new TomcatServer(Sessions.builder().memcached(memcached).build());
        b = new TomcatServer(Sessions.builder().memcached(memcached).build());
    }

    @AfterEach
    void stop() {
        a.close();
        b.close();
        memcached.close();
        server.close();
    }

    @Test
    void servesFromItsOwnCopyWhileMemcachedHangsAndCatchesUpAfterwards() {
        Browser browser = new Browser();
        browser.get(a, "/set?v=before");
        browser.get(a, "/set?n=other&v=kept");
        server.hang();
        for (int i = 0; i < 10; i++) {
            assertThat(timed(browser, a, "/get")).isEqualTo("before");
        }
        assertThat(timed(browser, a, "/set?v=meanwhile")).isEqualTo("set");
        assertThat(timed(browser, a, "/get")).isEqualTo("meanwhile");
        server.resume();
        awaitUp();
        assertThat(browser.get(a, "/get").body()).isEqualTo("meanwhile");
        assertThat(browser.get(b, "/get").body()).isEqualTo("meanwhile");
        assertThat(browser.get(b, "/get?n=other").body()).isEqualTo("kept");
    }

    @Test
    void newSessionsOfTheOutageLiveOnWhenMemcachedIsBack() {
        server.kill();
        Browser browser = new Browser();
        assertThat(timed(browser, a, "/set?v=outage")).isEqualTo("set");
        assertThat(timed(browser, a, "/get")).isEqualTo("outage");
        server.startAgain();
        awaitUp();
        assertThat(browser.get(a, "/get").body()).isEqualTo("outage");
        assertThat(browser.get(b, "/get").body()).isEqualTo("outage");
    }

    @Test
    void aLogoutDuringTheOutageStaysOne() {
        Browser browser = new Browser();
        browser.get(a, "/set?v=x");
        Browser copy = new Browser();
        copy.cookie(browser.cookie());
        server.hang();
        browser.get(a, "/logout");
        assertThat(copy.get(a, "/get").body()).isEqualTo("no session");
        server.resume();
        awaitUp();
        assertThat(copy.get(a, "/get").body()).isEqualTo("no session");
        assertThat(copy.get(b, "/get").body()).isEqualTo("no session");
    }

    @Test
    void aLoginDuringOneHiccupKeepsTheSession() {
        SlowStore store = new SlowStore(new MemcachedSessionStore(memcached));
        try (WebServer flaky = new TomcatServer(Sessions.builder().store(store).build())) {
            Browser browser = new Browser();
            browser.get(flaky, "/set?v=cart");
            store.writesToFail.set(1);
            browser.get(flaky, "/login-at-once?v=alice");
            assertThat(store.writesToFail).hasValue(0);
            assertThat(browser.get(flaky, "/get?n=user").body()).isEqualTo("alice");
            assertThat(browser.get(b, "/get?n=user").body()).isEqualTo("alice");
            assertThat(browser.get(b, "/get").body()).isEqualTo("cart");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void keepsWhatOneSaveOfARequestCouldNotStoreThoughTheNextOneCould(boolean freshSession) {
        SlowStore store = new SlowStore(new MemcachedSessionStore(memcached));
        try (WebServer flaky = new TomcatServer(Sessions.builder().store(store).build())) {
            Browser browser = new Browser();
            if (!freshSession) {
                browser.get(flaky, "/set?v=before");
            }
            store.writesToFail.set(1);
            browser.get(flaky, "/set-flush-set?v=kept");
            assertThat(store.writesToFail).hasValue(0);
            assertThat(browser.get(flaky, "/get?n=first").body()).isEqualTo("kept");
            assertThat(browser.get(b, "/get?n=first").body()).isEqualTo("kept");
            assertThat(browser.get(b, "/get?n=second").body()).isEqualTo("kept");
        }
    }

    @Test
    void failsHonestlyWhenToldTo() {
        try (WebServer strict = new TomcatServer(
                Sessions.builder().memcached(memcached).degraded(Degraded.FAIL).build())) {
            Browser browser = new Browser();
            browser.get(strict, "/set?v=x");
            server.kill();
            assertThat(browser.get(strict, "/get").status()).isEqualTo(500);
            assertThat(browser.get(strict, "/nothing").status()).isEqualTo(200);
        }
    }

    private static String timed(Browser browser, WebServer server, String path) {
        long start = System.nanoTime();
        Browser.Answer answer = browser.get(server, path);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(BOUND);
        assertThat(answer.status()).isEqualTo(200);
        return answer.body();
    }

    private void awaitUp() {
        MemcachedNode node = memcached.nodes().get(0);
        Awaitility.await().atMost(10, TimeUnit.SECONDS).until(() -> {
            node.version().toCompletableFuture().exceptionally(failed -> "").get(2, TimeUnit.SECONDS);
            return node.state() == MemcachedNode.State.UP
                    && !node.version()
                            .toCompletableFuture()
                            .exceptionally(failed -> "")
                            .get(2, TimeUnit.SECONDS)
                            .isEmpty();
        });
    }
}
