package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.config.ConfigurationException;
import dev.headroom.load.Pacer;
import dev.headroom.queue.mail.smtp.SmtpTransport;
import dev.headroom.queue.mail.smtp.SmtpTransportBuilder;
import dev.headroom.queue.scale.ScalePolicy;
import dev.headroom.queue.spi.JobMiddleware;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Options that can't take effect are refused where they are written. */
class RefusedOptionsTest {
    /** No such back-off. */
    public static class Backwards {
        @Job(name = "backwards", backoff = "1h..1s")
        public void run() {}
    }

    /** Twice the same name, and a result that nobody would read. */
    public static class Returns {
        @Job(name = "returns")
        public int run() {
            return 1;
        }

        @Job(name = "not a name")
        public void named() {}
    }

    @Test
    void refusesWhatCanNotTakeEffectAndNamesTheSite() {
        JobQueueBuilder builder = JobQueue.builder(new org.h2.jdbcx.JdbcDataSource());
        assertThatThrownBy(() -> builder.handlers(new Backwards()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("Backwards.run backoff: \"1h..1s\" (expected: 0 <= first <= longest)");
        assertThatThrownBy(() -> builder.handlers(new Returns()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("@Job: Returns.run (expected: a public, not static method")
                .hasMessageContaining("has no result unless it is tracked")
                .hasMessageContaining("name: \"not a name\"");
        assertThatThrownBy(() -> builder.handlers(new Object()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("handlers: java.lang.Object (expected: an object with a method that has @Job)");
        assertThatThrownBy(() -> builder.lease(java.time.Duration.ofMillis(1)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("lease: PT0.001S (expected: PT0.3S to PT24H)");
        assertThatThrownBy(() -> SmtpTransport.builder("localhost", 25)
                        .from("shop@example.org")
                        .login("shop", "secret")
                        .build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("login: in clear (expected: startTls, tls, or inClear")
                .hasMessageNotContaining("secret");
    }

    /** None of which may begin. */
    public static class Halted {
        @Job(name = "halted")
        @Limit(rate = "0/1m")
        public void halted() {}
    }

    private static Arguments refused(String message, ThrowingCallable call) {
        return Arguments.of(message, call);
    }

    @SuppressWarnings("NullAway") // What callers whose compiler does not look do all the same.
    static Stream<Arguments> allRefused() {
        JobQueueBuilder options = JobQueue.builder(new org.h2.jdbcx.JdbcDataSource());
        SmtpTransportBuilder smtp = SmtpTransport.builder("localhost", 25);
        Duration negative = Duration.ofSeconds(-1);
        Duration nothing = Duration.ZERO;
        Duration tooLong = Duration.ofDays(36_501);
        String key = "k".repeat(191);
        return Stream.of(
                refused("workers: -1 (expected: 0 to 100000)", () -> options.workers(-1)),
                refused("sharedWorkers: -1 (expected: 0 to 100000)", () -> options.sharedWorkers(-1)),
                refused("maxCrashes: 1 (expected: 2 to 1000)", () -> options.maxCrashes(1)),
                refused("maxPayload: 1 (expected: 2 to 1048576)", () -> options.maxPayload(1)),
                refused("targetBacklog: 0 (expected: >= 1)", () -> options.targetBacklog(0)),
                refused("shutdownGrace: PT-1S (expected: >= PT0S)", () -> options.shutdownGrace(negative)),
                refused("keepDead: PT0S (expected: > PT0S)", () -> options.keepDead(nothing)),
                refused("keepDead: PT-1S (expected: > PT0S)", () -> options.keepDead(negative)),
                refused("keepResults: PT0S (expected: > PT0S)", () -> options.keepResults(nothing)),
                refused("targetAge: PT0S (expected: > PT0S)", () -> options.targetAge(nothing)),
                refused("parking: PT0S (expected: > PT0S)", () -> options.parking(nothing)),
                refused("settings: null (expected: a value)", () -> options.queue("a", null)),
                refused("handlers: null (expected: a value)", () -> options.handlers((Object[]) null)),
                refused("handlers: null (expected: a value)", () -> options.handlers((Object) null)),
                refused("middleware: null (expected: a value)", () -> options.middleware((JobMiddleware[]) null)),
                refused("workers: 100001 (expected: 0 to 100000)", () -> options.queue("a", q -> q.workers(100_001))),
                refused("weight: 0 (expected: 1 to 1000)", () -> options.queue("a", q -> q.weight(0))),
                refused("weight: 1001 (expected: 1 to 1000)", () -> options.queue("a", q -> q.weight(1_001))),
                refused("perTransaction: 0 (expected: 1 to 250)", () -> options.queue("a", q -> q.perTransaction(0))),
                refused(
                        "perTransaction: 251 (expected: 1 to 250)",
                        () -> options.queue("a", q -> q.perTransaction(251))),
                refused(
                        "Halted.halted rate: 0/1m (expected: at least one in the time, and at most one in a microsecond)",
                        () -> options.handlers(new Halted())),
                refused("states: [] (expected: at least one)", () -> new JobFilter(Set.of(), Set.of(), 0, 9)),
                refused(
                        "states: null (expected: a value)",
                        () -> JobFilter.waiting().states(JobState.DEAD, null, null)),
                refused(
                        "states: null (expected: a value)",
                        () -> JobFilter.waiting().states(null)),
                refused(
                        "queues: [] (expected: at least one)",
                        () -> JobFilter.waiting().queues(new String[0])),
                refused(
                        "queues: null (expected: a value)",
                        () -> JobFilter.waiting().queues((String[]) null)),
                refused(
                        "queues: \"a b\" (expected: 1 to 64 letters, digits, '.', '_' or '-', beginning with a letter or digit)",
                        () -> new JobFilter(Set.of("a b"), Set.of(JobState.READY), 0, 9)),
                refused(
                        "firstPriority: -1 (expected: 0 to 9)",
                        () -> JobFilter.waiting().priorities(-1, 9)),
                refused(
                        "lastPriority: 3 (expected: 4 to 9)",
                        () -> JobFilter.waiting().priorities(4, 3)),
                refused("key: 191 characters (expected: at most 190 characters)", () -> Unique.of(key)),
                refused("key: null (expected: a text that is not blank)", () -> Unique.of(null)),
                refused("time: null (expected: >= PT0.001S)", () -> SnoozeException.forDuration(null)),
                refused("time: PT0S (expected: >= PT0.001S)", () -> SnoozeException.forDuration(nothing)),
                refused("time: PT876024H (expected: at most 36500 days)", () -> SnoozeException.forDuration(tooLong)),
                refused(
                        "reason: null (expected: a value)",
                        () -> SnoozeException.forDuration(Duration.ofDays(1), null)),
                refused("dataSource: null (expected: a value)", () -> SchemaInstaller.install(null)),
                refused(
                        "timeout: PT0.000000001S (expected: PT0.001S to PT1H)",
                        () -> smtp.timeout(Duration.ofNanos(1))),
                refused(
                        "timeout: PT1H0.001S (expected: PT0.001S to PT1H)",
                        () -> smtp.timeout(Duration.ofHours(1).plusMillis(1))),
                refused(
                        "bootTime: PT876024H (expected: at most 36500 days)",
                        () -> ScalePolicy.builder().bootTime(tooLong)),
                refused(
                        "minimumLife: PT876024H (expected: at most 36500 days)",
                        () -> ScalePolicy.builder().minimumLife(tooLong)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("allRefused")
    void refusesWhatIsOutOfItsRange(String message, ThrowingCallable call) {
        assertRefused(message, call);
    }

    @Test
    void aFilterMayNameAQueueTwice() {
        assertThat(JobFilter.waiting().queues("b", "a", "b").queues()).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void saysWhatAKeyWantsWhereTheCompilerKeptNoNamesOfParameters(@TempDir Path folder) throws Exception {
        Path source = folder.resolve("Uploads.java");
        Files.writeString(source, """
                import dev.headroom.queue.*;
                public class Uploads {
                    public record Request(String account) {}
                    @Job(name = "upload", fairBy = "#request.account")
                    @Limit(by = "#request.account", running = 1)
                    public void upload(Request request) {}
                }
                """);
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        String[] options = {"-proc:none", "-cp", classPath, "-d", folder.toString(), source.toString()};
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, options))
                .isZero();
        try (URLClassLoader loader = new URLClassLoader(
                new URL[] {folder.toUri().toURL()}, getClass().getClassLoader())) {
            Object uploads = loader.loadClass("Uploads").getConstructor().newInstance();
            JobQueueBuilder builder = JobQueue.builder(new org.h2.jdbcx.JdbcDataSource());
            assertThatThrownBy(() -> builder.handlers(uploads))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("Uploads.upload ")
                    .hasMessageContaining("#p0, or the class compiled with -parameters to know #request");
        }
    }

    /** Times that no clock can add to what it is now. */
    public static class TooLong {
        @Job(name = "too.long", timeout = "PT999999999H")
        public void timeout() {}

        @Job(name = "too.late", backoff = "1s..9999999999d")
        public void backoff() {}

        @Job(name = "too.seldom")
        @Every(fixedRate = "40000d")
        public void every() {}
    }

    private static void assertRefused(String message, ThrowingCallable code) {
        assertThatThrownBy(code).isInstanceOf(ConfigurationException.class).hasMessage(message);
    }

    @Test
    void refusesTimesThatNoClockCanAddToNow() {
        JobQueueBuilder builder = JobQueue.builder(new org.h2.jdbcx.JdbcDataSource());
        Duration forEver = Duration.ofSeconds(Long.MAX_VALUE);
        List<Function<Duration, ?>> options = List.of(
                builder::pollInterval,
                builder::shutdownGrace,
                builder::parking,
                builder::keepResults,
                builder::keepDead,
                builder::targetAge,
                Unique.of("key")::within);
        for (Function<Duration, ?> option : options) {
            assertThatThrownBy(() -> option.apply(forEver))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageEndingWith(": " + forEver + " (expected: at most 36500 days)");
        }
        assertRefused("lease: " + forEver + " (expected: PT0.3S to PT24H)", () -> builder.lease(forEver));
        assertThatThrownBy(() -> builder.handlers(new TooLong()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("TooLong.timeout timeout: PT999999999H (expected: at most 36500 days)")
                .hasMessageContaining("TooLong.backoff backoff: PT239999999976H (expected: at most 36500 days)")
                .hasMessageContaining("TooLong.every @Every: PT960000H (expected: at most 36500 days)");
    }

    @Test
    void refusesToLookForWorkWithoutAPause() {
        JobQueueBuilder builder = JobQueue.builder(new org.h2.jdbcx.JdbcDataSource());
        for (Duration often : List.of(Duration.ofNanos(1), Duration.ofMillis(19))) {
            assertRefused("pollInterval: " + often + " (expected: >= PT0.02S)", () -> builder.pollInterval(often));
        }
        assertThat(builder.pollInterval(Duration.ofMillis(20))).isSameAs(builder);
    }

    /** Says when and how often, but of no job. */
    public static class Alone {
        @Job(name = "job")
        public void job() {}

        @Every(fixedRate = "1m")
        public void every() {}

        @Limit(running = 1)
        public void limit() {}
    }

    /** A zone, and what becomes of ticks, where there are none. */
    public static class Zoned {
        @Job(name = "zoned")
        @Every(fixedRate = "1m", zone = "Europe/Berlin")
        public void zoned() {}

        @Job(name = "misfiring")
        @Every(fixedDelay = "1m", misfire = Misfire.ALL)
        public void misfiring() {}
    }

    @Test
    void refusesAnnotationsThatWouldSayNothing() {
        JobQueueBuilder builder = JobQueue.builder(new org.h2.jdbcx.JdbcDataSource());
        assertThatThrownBy(() -> builder.handlers(new Alone()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("@Every: Alone.every (expected: a method that has @Job itself)")
                .hasMessageContaining("@Limit: Alone.limit (expected: a method that has @Job itself)");
        assertThatThrownBy(() -> builder.handlers(new Zoned()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("Zoned.zoned zone and misfire: Europe/Berlin, ONCE (expected: those that are the")
                .hasMessageContaining("Zoned.misfiring zone and misfire: UTC, ALL (expected: those that are the");
    }

    /** No time at all, where empty says that there is no limit. */
    public static class AtOnce {
        @Job(name = "no.time", timeout = "0s")
        public void timeout() {}

        @Job(name = "no.silence")
        @Every(fixedRate = "1m", silence = "0s")
        public void silence() {}
    }

    @Test
    void refusesNoTimeWhereItWouldMeanAnyTime() {
        JobQueueBuilder builder = JobQueue.builder(new org.h2.jdbcx.JdbcDataSource());
        assertThatThrownBy(() -> builder.handlers(new AtOnce()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("AtOnce.timeout timeout: PT0S (expected: > PT0S)")
                .hasMessageContaining("AtOnce.silence silence: PT0S (expected: > PT0S)");
        assertRefused(
                "window: PT0.000000001S (expected: >= PT0.001S)",
                () -> Unique.of("key").within(Duration.ofNanos(1)));
        assertRefused(
                "window: PT1H (expected: zero unless until is WINDOW)",
                () -> new Unique("key", Unique.OnDuplicate.KEEP, Unique.Until.DONE, Duration.ofHours(1)));
        Unique taken = Unique.of("key").untilStart().within(Duration.ofHours(1));
        assertThat(taken.until()).as("what is said last").isEqualTo(Unique.Until.WINDOW);
        assertThat(taken.untilStart().window()).as("what is said last").isZero();
    }

    /** One that its transaction locks, and one that none does. */
    public static class LockedAndNot {
        @Job(name = "locked", queue = "locked", tx = Tx.LOCK_IN_TX)
        public void locked() {}

        @Job(name = "plain", queue = "plain")
        public void plain() {}

        @Job(name = "weighed", queue = "weighed")
        public void weighed() {}
    }

    @Test
    void tellsAllOptionsAtOnceThatCanNotTakeEffect() {
        JobQueueBuilder builder = JobQueue.builder(new org.h2.jdbcx.JdbcDataSource())
                .handlers(new LockedAndNot())
                .sharedWorkers(8)
                .queue(
                        "locked",
                        q -> q.pacer(load -> Pacer.builder("locked", load).build())
                                .perTransaction(1))
                .queue("plain", q -> q.perTransaction(1))
                .queue("others", q -> q.perTransaction(1));
        assertRefused("""
                3 problems in the configuration:
                  1) sharedWorkers: 8 (expected: beside a queue that has a weight)
                  2) pacer of queue: locked (expected: a queue without kinds that have LOCK_IN_TX)
                  3) perTransaction of queue: plain (expected: a queue whose kinds have LOCK_IN_TX)""", builder::build);
        builder.queue("locked", q -> q.weight(2))
                .queue("weighed", q -> q.weight(3).workers(1).perTransaction(9));
        assertRefused("""
                5 problems in the configuration:
                  1) weight of queue: weighed (expected: a queue without workers of its own)
                  2) pacer of queue: locked (expected: a queue without kinds that have LOCK_IN_TX)
                  3) weight of queue: locked (expected: a queue without kinds that have LOCK_IN_TX)
                  4) perTransaction of queue: plain (expected: a queue whose kinds have LOCK_IN_TX)
                  5) perTransaction of queue: weighed (expected: a queue whose kinds have LOCK_IN_TX)""", builder::build);
    }

    /** Leaves open what it takes. */
    public static class Indexing<T> {
        @Job(name = "index")
        public void index(T document) {}
    }

    @Test
    void refusesAPayloadWhoseTypeNobodySays() {
        JobQueueBuilder builder = JobQueue.builder(new org.h2.jdbcx.JdbcDataSource());
        assertRefused(
                "@Job: Indexing.index of T (expected: a payload whose type the handler's class says)",
                () -> builder.handlers(new Indexing<Integer>()));
    }

    /** Each with one thing out of its range. */
    public static class OutOfRange {
        @Job(name = "a", priority = 10)
        public void priority() {}

        @Job(name = "b", attempts = 0)
        public void attempts() {}

        @Job(name = "c", queue = "my queue")
        public void queue() {}
    }

    @Test
    void namesTheMethodOfWhatIsOutOfRange() {
        JobQueueBuilder builder = JobQueue.builder(new org.h2.jdbcx.JdbcDataSource());
        assertThatThrownBy(() -> builder.handlers(new OutOfRange()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("OutOfRange.priority priority: 10 (expected: 0 to 9)")
                .hasMessageContaining("OutOfRange.attempts attempts: 0 (expected: 1 to 30000)")
                .hasMessageContaining("OutOfRange.queue queue: \"my queue\" (expected: 1 to 64 letters");
    }
}
