package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.cache.memcached.LeaseMode;
import dev.headroom.testkit.ChildJvm;
import dev.headroom.testkit.MemcachedNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Real JVMs on a real memcached, whose threads walk at random ({@link RandomWalk}), while JVMs are killed and suspended for longer than a lease lasts, and
 * memcached is killed and started again: nothing stale is read after a drop.
 */
@Tag("one-jdk")
class RandomJvmsTest {
    private static final Pattern SCHEDULES = Pattern.compile(" done schedules=(\\d+) ");
    private static final Duration LONGER_THAN_A_LEASE = Duration.ofMillis(3_500);

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private final List<ChildJvm> all = new ArrayList<>();
    private final List<ChildJvm> living = new ArrayList<>();
    private MemcachedNode server;
    private int kills;
    private int suspensions;
    private int restarts;
    private int orders;

    @TempDir
    private Path folder;

    @BeforeEach
    void start() {
        server = MemcachedNode.builder().ownProcess().start();
    }

    @AfterEach
    void stop() {
        all.forEach(ChildJvm::close);
        server.close();
    }

    @ParameterizedTest
    @EnumSource(
            value = LeaseMode.class,
            names = {"META", "CLASSIC"})
    void nothingStaleIsReadAfterADrop(LeaseMode mode) throws Exception {
        start(mode, 3);
        awaitSchedules(50);
        kill();
        restart();
        awaitSchedules(50);
        check();
    }

    @Tag("soak")
    @ParameterizedTest
    @EnumSource(
            value = LeaseMode.class,
            names = {"META", "CLASSIC"})
    void nothingStaleIsReadAfterADropForMinutes(LeaseMode mode) throws Exception {
        long end = System.nanoTime() + Duration.ofMinutes(3).toNanos();
        start(mode, 4);
        while (System.nanoTime() - end < 0) {
            TimeUnit.MILLISECONDS.sleep(500 + random.nextInt(2_000));
            switch (random.nextInt(3)) {
                case 0 -> {
                    kill();
                    start(mode, 1);
                }
                case 1 -> suspend();
                default -> restart();
            }
            check();
        }
        long schedules = check();
        System.out.println("soak: cache: random schedules of 4 JVMs on memcached, " + mode + ": " + schedules
                + " at least, " + kills + " JVMs killed (kill -9), " + suspensions + " suspended for "
                + LONGER_THAN_A_LEASE.toMillis() + " ms, " + restarts + " restarts of memcached: 0 stale");
    }

    @Tag("soak")
    @ParameterizedTest
    @EnumSource(
            value = LeaseMode.class,
            names = {"META", "CLASSIC"})
    void nothingStaleIsReadAfterADropHalfAMillionTimes(LeaseMode mode) throws Exception {
        start(mode, 2);
        long schedules = 0;
        while (schedules < 500_000) {
            TimeUnit.SECONDS.sleep(10);
            restart();
            schedules = check();
        }
        System.out.println("soak: cache: random schedules of 2 JVMs on memcached, " + mode + ": " + schedules
                + " at least, " + restarts + " restarts of memcached: 0 stale");
    }

    private void start(LeaseMode mode, int jvms) {
        for (int i = 0; i < jvms; i++) {
            ChildJvm jvm = ChildJvm.builder(ScheduleNodeMain.class)
                    .jvmOptions("-Xmx64m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
                    .arguments(
                            server.hostAndPort(),
                            mode.name(),
                            folder.resolve("source").toString(),
                            String.valueOf(random.nextLong()))
                    .start();
            all.add(jvm);
            living.add(jvm);
        }
        living.forEach(jvm -> jvm.waitForLine(Pattern.compile("^ready$")));
    }

    private void kill() {
        ChildJvm victim = living.remove(random.nextInt(living.size()));
        victim.kill();
        kills++;
    }

    private void suspend() throws InterruptedException {
        ChildJvm victim = living.get(random.nextInt(living.size()));
        victim.suspend();
        TimeUnit.NANOSECONDS.sleep(LONGER_THAN_A_LEASE.toNanos());
        victim.resume();
        suspensions++;
    }

    /** While it is away loads go on, and drops wait. */
    private void restart() throws InterruptedException {
        tellAll("pause");
        server.kill();
        TimeUnit.MILLISECONDS.sleep(random.nextInt(200));
        server.restart();
        tellAll("resume");
        restarts++;
    }

    private void tellAll(String what) {
        String told = what + "-" + ++orders;
        living.forEach(jvm -> jvm.sendLine(told));
        living.forEach(jvm -> jvm.waitForLine(Pattern.compile("^" + told + " done")));
    }

    private void awaitSchedules(int more) {
        long enough = schedules() + more;
        Awaitility.await()
                .atMost(60, TimeUnit.SECONDS)
                .pollInterval(50, TimeUnit.MILLISECONDS)
                .until(() -> schedules() >= enough);
    }

    /** Those of the killed ones as far as they have told. */
    private long schedules() {
        tellAll("how");
        return all.stream()
                .flatMapToLong(jvm -> jvm.lines().stream()
                        .map(SCHEDULES::matcher)
                        .filter(Matcher::find)
                        .mapToLong(done -> Long.parseLong(done.group(1)))
                        .max()
                        .stream())
                .sum();
    }

    private long check() {
        long schedules = schedules();
        assertThat(all.stream().flatMap(jvm -> jvm.lines().stream()).filter(line -> line.startsWith("stale:")))
                .as("seed " + seed)
                .isEmpty();
        return schedules;
    }
}
