package dev.headroom.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.memcached.Memcached;
import dev.headroom.session.internal.MemcachedSessionStore;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What two servers of one container and one real memcached must do. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SharedSessionContract {
    private static final Duration SAVE_TIME = Duration.ofMillis(120);

    private LocalMemcached server;
    private Memcached memcached;
    private SlowStore slowA;
    private WebServer a;
    private WebServer b;
    private final ExecutorService parallel = Executors.newFixedThreadPool(8);

    abstract WebServer start(Sessions sessions);

    @BeforeAll
    void startServers() {
        server = LocalMemcached.start();
        memcached = Memcached.nodes(server.address())
                .operationTimeout(Duration.ofSeconds(2))
                .build();
        slowA = new SlowStore(new MemcachedSessionStore(memcached));
        a = start(Sessions.builder()
                .store(slowA)
                .ignore("/nothing.css")
                .saveWithin(Duration.ofSeconds(5))
                .build());
        b = start(Sessions.builder()
                .memcached(memcached)
                .saveWithin(Duration.ofSeconds(5))
                .build());
    }

    @AfterAll
    void stopServers() {
        parallel.shutdown();
        a.close();
        b.close();
        memcached.close();
        server.close();
    }

    @Test
    void seesOnTheOtherServerWhatWasSetOnTheFirst() {
        Browser browser = new Browser();
        browser.get(a, "/set?v=one");
        assertThat(browser.get(b, "/get").body()).isEqualTo("one");
        browser.get(b, "/set?v=two");
        assertThat(browser.get(a, "/get").body()).isEqualTo("two");
        browser.get(a, "/remove");
        assertThat(browser.get(b, "/get").body()).isEqualTo("null");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/set",
                "/redirect",
                "/error",
                "/flush",
                "/length",
                "/writer-length",
                "/buffer",
                "/reset",
                "/async-start",
                "/async-dispatch"
            })
    void storesBeforeTheHeadOfTheAnswerIsSent(String path) throws IOException {
        Browser browser = new Browser();
        browser.get(a, "/set?v=before");
        slowA.writeTime = SAVE_TIME;
        try (InputStream body = browser.head(a, path + "?v=after")) {
            assertThat(browser.get(b, "/get").body()).isEqualTo("after");
            body.readAllBytes();
        } finally {
            slowA.writeTime = Duration.ZERO;
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/set",
                "/redirect",
                "/error",
                "/flush",
                "/length",
                "/buffer",
                "/reset",
                "/async-start",
                "/async-set"
            })
    void sendsTheCookieOfANewSessionWhateverCommitsTheAnswer(String path) {
        Browser browser = new Browser();
        browser.get(a, path + "?v=first");
        assertThat(browser.setCookies()).hasSize(1);
        assertThat(browser.get(b, "/get").body()).isEqualTo("first");
    }

    @Test
    void keepsWhatWasSetBeforeAnException() {
        Browser browser = new Browser();
        browser.get(a, "/set?v=before");
        assertThat(browser.get(a, "/throw?v=after").status()).isEqualTo(500);
        assertThat(browser.get(b, "/get").body()).isEqualTo("after");
    }

    @Test
    void costsNothingWhenUntouchedOneReadWhenReadTwoOperationsWhenChanged() {
        Browser browser = new Browser();
        browser.get(a, "/set?v=x");
        int reads = slowA.reads.get();
        int writes = slowA.writes.get();
        browser.get(a, "/nothing");
        assertThat(slowA.reads.get() - reads).isZero();
        browser.get(a, "/get");
        assertThat(slowA.reads.get() - reads).isEqualTo(1);
        assertThat(slowA.writes.get() - writes).isZero();
        browser.get(a, "/set?v=y");
        assertThat(slowA.reads.get() - reads).isEqualTo(2);
        assertThat(slowA.writes.get() - writes).isEqualTo(1);
    }

    @Test
    void losesNoAttributeThatParallelRequestsSet() {
        Browser browser = new Browser();
        browser.get(a, "/set?v=x");
        for (int round = 0; round < 10; round++) {
            List<CompletableFuture<?>> requests = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                String path = "/set?n=k" + i + "&v=" + round;
                WebServer to = i % 2 == 0 ? a : b;
                requests.add(CompletableFuture.runAsync(() -> browser.get(to, path), parallel));
            }
            requests.forEach(CompletableFuture::join);
            for (int i = 0; i < 8; i++) {
                assertThat(browser.get(b, "/get?n=k" + i).body()).isEqualTo("" + round);
            }
        }
    }

    @Test
    void losesNoIncrementMadeByUpdate() {
        Browser browser = new Browser();
        browser.get(a, "/set?v=x");
        List<CompletableFuture<Browser.Answer>> requests = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            WebServer to = i % 2 == 0 ? a : b;
            requests.add(CompletableFuture.supplyAsync(() -> browser.get(to, "/add?n=count"), parallel));
        }
        requests.forEach(request -> assertThat(request.join().status()).isEqualTo(200));
        assertThat(browser.get(a, "/get?n=count").body()).isEqualTo("120");
    }

    @Test
    void seesChangesInPlace() {
        Browser browser = new Browser();
        browser.get(a, "/mutate?v=1");
        browser.get(b, "/mutate?v=2");
        assertThat(browser.get(a, "/get?n=list").body()).isEqualTo("[1, 2]");
    }

    @Test
    void givesANewIdentifierAtLoginAndShowsTheOldOneNothingOfIt() {
        Browser browser = new Browser();
        browser.get(a, "/set?v=cart");
        Browser thief = new Browser();
        thief.cookie(browser.cookie());
        String before = browser.cookie();

        browser.get(a, "/login?v=alice");
        assertThat(browser.cookie()).isNotEqualTo(before);
        assertThat(browser.get(b, "/get?n=user").body()).isEqualTo("alice");
        assertThat(browser.get(b, "/get").body()).isEqualTo("cart");

        assertThat(thief.get(b, "/get?n=user").body()).isEqualTo("null");
        assertThat(thief.get(b, "/get").body()).isEqualTo("cart");
        thief.get(b, "/set?n=late&v=arrived");
        assertThat(browser.get(a, "/get?n=late").body()).isEqualTo("arrived");
        assertThat(thief.get(a, "/get?n=user").body()).isEqualTo("null");
    }

    @Test
    void endsTheSessionEverywhereAtLogout() {
        Browser browser = new Browser();
        browser.get(a, "/set?v=x");
        Browser copy = new Browser();
        copy.cookie(browser.cookie());
        browser.get(b, "/logout");
        assertThat(browser.cookie()).isEmpty();
        assertThat(copy.get(a, "/get").body()).isEqualTo("no session");
    }

    @Test
    void neverAdoptsAnIdentifierItDidNotMake() {
        Browser browser = new Browser();
        String planted = "SID=" + "A".repeat(32);
        browser.cookie(planted);
        browser.get(a, "/set?v=x");
        assertThat(browser.cookie()).startsWith("SID=").isNotEqualTo(planted);
        int reads = slowA.reads.get();
        browser.cookie("SID=too-short");
        assertThat(browser.get(a, "/get").body()).isEqualTo("no session");
        assertThat(slowA.reads.get()).isEqualTo(reads);
    }

    @Test
    void writesASafeCookie() {
        Browser browser = new Browser();
        browser.get(a, "/set?v=x");
        assertThat(browser.setCookies())
                .singleElement()
                .asString()
                .matches("SID=[A-Za-z0-9_-]{32}; Path=/; HttpOnly; SameSite=Lax");
    }

    @Test
    void keepsSessionsOverARestartOfTheApplication() {
        Browser browser = new Browser();
        try (WebServer first = start(Sessions.builder().memcached(memcached).build())) {
            browser.get(first, "/set?v=kept");
        }
        try (WebServer second = start(Sessions.builder().memcached(memcached).build())) {
            assertThat(browser.get(second, "/get").body()).isEqualTo("kept");
        }
    }

    @Test
    void forgetsSessionsThatAreIdle() {
        Browser browser = new Browser();
        try (WebServer idle = start(Sessions.builder()
                .memcached(memcached)
                .keyPrefix("idle")
                .idle(Duration.ofSeconds(1))
                .build())) {
            browser.get(idle, "/set?v=x");
            assertThat(browser.get(idle, "/get").body()).isEqualTo("x");
            Browser later = new Browser();
            Awaitility.await()
                    .pollDelay(Duration.ofMillis(2500))
                    .atMost(Duration.ofSeconds(8))
                    .until(() -> {
                        later.cookie(browser.cookie());
                        return later.get(idle, "/get").body().equals("no session");
                    });
        }
    }
}
