package dev.headroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.awaitility.Awaitility.await;

import dev.headroom.background.Background;
import dev.headroom.config.ConfigurationException;
import dev.headroom.config.Problem;
import dev.headroom.health.HealthCheck;
import dev.headroom.health.HealthReport;
import dev.headroom.internal.InFlight;
import dev.headroom.load.LoadSignal;
import dev.headroom.meter.Meters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class HeadroomTest {
    private final List<String> events = Collections.synchronizedList(new ArrayList<>());

    private class Part implements Component {
        final String name;
        Consumer<Contributions> gives = to -> {};
        RuntimeException failure;

        Part(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public void contribute(Contributions to) {
            gives.accept(to);
        }

        @Override
        public void connect(Contracts contracts) {
            events.add("connect " + name);
        }

        @Override
        public void start() {
            events.add("start " + name);
        }

        @Override
        public void drain(Duration within) throws InterruptedException {
            events.add("drain " + name);
        }

        @Override
        public void close() {
            events.add("close " + name);
            if (failure != null) {
                throw failure;
            }
        }
    }

    private Headroom.Builder fast() {
        return Headroom.builder("test").readinessGrace(Duration.ZERO).drainTimeout(Duration.ofSeconds(5));
    }

    @Test
    void startsInOrderAndClosesInReverseOnce() {
        Headroom headroom = fast().plug(new Part("a")).plug(new Part("b")).build();

        headroom.close();
        headroom.close();

        assertThat(events).containsExactly("connect a", "connect b", "start a", "start b", "close b", "close a");
    }

    @Test
    void closesEverythingThoughSomethingFails() {
        Part a = new Part("a");
        Part b = new Part("b");
        a.failure = new IllegalStateException("a");
        b.failure = new IllegalStateException("b");
        Headroom headroom = fast().plug(a).plug(b).plug(new Part("c")).build();

        assertThatThrownBy(headroom::close).isSameAs(b.failure).hasSuppressedException(a.failure);
        assertThat(events).endsWith("close c", "close b", "close a");
    }

    @Test
    void tellsAllThatIsWrongAtOnce() {
        Part a = new Part("a");
        a.gives = to -> to.meters(Meters.none()).loadSignal(LoadSignal.of("lag", () -> 0));
        Part again = new Part("a");
        again.gives = to -> to.meters(Meters.none())
                .loadSignal(LoadSignal.of("lag", () -> 0))
                .healthCheck(HealthCheck.required("db", () -> {}));
        Headroom.Builder builder = Headroom.builder("test")
                .readinessGrace(Duration.ofSeconds(30))
                .healthCheck(HealthCheck.required("db", () -> {}))
                .plug(a)
                .plug(again);

        assertThatThrownBy(builder::build)
                .isInstanceOfSatisfying(
                        ConfigurationException.class,
                        refused -> assertThat(refused.problems())
                                .extracting(Problem::option)
                                .contains("readinessGrace", "plug", "meters", "load signal lag", "health check db"));
        assertThat(events).isEmpty();
    }

    @Test
    void closesWhatHasBegunWhenAComponentDoesNotStart() {
        Part broken = new Part("broken") {
            @Override
            public void connect(Contracts contracts) {
                throw new IllegalStateException("on purpose");
            }
        };
        Headroom.Builder builder = fast().plug(new Part("a")).plug(broken).plug(new Part("never"));

        assertThatThrownBy(builder::build).hasMessage("on purpose");
        assertThat(events).containsExactly("connect a", "close broken", "close a");
    }

    @Test
    void drainsInReverseThenClosesAndGivesEveryoneOneReport() {
        Headroom headroom = fast().plug(new Part("a")).plug(new Part("b")).build();
        events.clear();

        DrainReport first = headroom.drain();
        DrainReport second = headroom.drain();
        headroom.close();

        assertThat(events).containsExactly("drain b", "drain a", "close b", "close a");
        assertThat(first.complete()).isTrue();
        assertThat(second).isSameAs(first);
        assertThat(headroom.health().report().state()).isEqualTo(HealthReport.State.CLOSED);
    }

    @Test
    void waitsForRequestsBeforeItDrainsComponents() throws Exception {
        Headroom headroom = fast().plug(new Part("a")).build();
        InFlight.Ticket request = headroom.web().inFlight().enter();
        events.clear();

        CompletableFuture<DrainReport> drain = CompletableFuture.supplyAsync(headroom::drain);
        await().until(() -> headroom.health().draining());
        assertThat(headroom.health().report().state()).isEqualTo(HealthReport.State.DRAINING);
        assertThat(events).isEmpty();
        assertThat(request.release()).isTrue();
        assertThat(request.release()).isFalse();

        assertThat(drain.get().complete()).isTrue();
        assertThat(events).containsExactly("drain a", "close a");
    }

    @Test
    void doesNotDrainLongerThanTold() {
        CountDownLatch never = new CountDownLatch(1);
        Part stuck = new Part("stuck") {
            @Override
            public void drain(Duration within) throws InterruptedException {
                never.await();
            }
        };
        Headroom headroom = fast().plug(new Part("a")).plug(stuck).build();
        headroom.web().inFlight().enter();

        long begun = System.nanoTime();
        DrainReport report = headroom.drain(Duration.ofSeconds(3));

        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(20));
        assertThat(report.complete()).isFalse();
        assertThat(report.requestsLeft()).isEqualTo(1);
        assertThat(report.unfinished()).singleElement(STRING).startsWith("stuck: drain not done within ");
        assertThat(events)
                .as("neither the stuck request nor the stuck component starves the other")
                .endsWith("drain a", "close stuck", "close a");
    }

    @Test
    void drainsBackgroundWorkOfThisProcessAfterTheComponentsThatHandItOver() {
        AtomicReference<Background> background = new AtomicReference<>();
        Part gives = new Part("gives") {
            @Override
            public void connect(Contracts contracts) {
                contracts.background().handle("note", String.class, events::add);
                background.set(contracts.background());
            }

            @Override
            public void drain(Duration within) {
                background.get().submit("note", "handed over");
            }
        };
        Headroom headroom = fast().plug(gives).build();

        assertThat(headroom.drain().complete()).isTrue();
        assertThat(events).containsExactly("start gives", "handed over", "close gives");
        assertThatThrownBy(() -> background.get().submit("note", "late"))
                .isInstanceOf(RejectedExecutionException.class)
                .hasMessage("background: closed");
    }

    @Test
    void whoClosesLaterWaitsForTheFirst() throws Exception {
        CountDownLatch closing = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicReference<Headroom> application = new AtomicReference<>();
        Part slow = new Part("slow") {
            @Override
            public void close() {
                application.get().close();
                closing.countDown();
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                super.close();
            }
        };
        application.set(fast().plug(slow).build());
        events.clear();
        CompletableFuture<Void> first =
                CompletableFuture.runAsync(() -> application.get().close());
        closing.await();
        Thread later = new Thread(() -> {
            application.get().close();
            events.add("later");
        });
        later.start();
        await().until(() -> later.getState() == Thread.State.TIMED_WAITING);
        goOn.countDown();

        first.get(20, TimeUnit.SECONDS);
        later.join(20_000);
        assertThat(events).containsExactly("close slow", "later");
    }

    @Test
    void drainsTheRestThoughOneComponentFails() {
        Part broken = new Part("broken") {
            @Override
            public void drain(Duration within) {
                throw new IllegalStateException("on purpose");
            }
        };
        broken.failure = new IllegalStateException("close, on purpose");
        DrainReport report = fast().plug(new Part("a")).plug(broken).build().drain();

        assertThat(report.unfinished())
                .containsExactly(
                        "broken: drain failed: java.lang.IllegalStateException: on purpose",
                        "close: failed: java.lang.IllegalStateException: close, on purpose");
        assertThat(events).contains("drain a").endsWith("close broken", "close a");
    }

    @Test
    void anInterruptSkipsTheGraceAndIsKept() throws Exception {
        Headroom headroom = Headroom.builder("test")
                .readinessGrace(Duration.ofSeconds(29))
                .plug(new Part("a"))
                .build();
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Thread drains = new Thread(() -> {
            headroom.drain();
            interrupted.complete(Thread.currentThread().isInterrupted());
        });
        drains.start();
        await().until(() -> headroom.health().draining());
        drains.interrupt();

        assertThat(interrupted.get(10, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
        assertThat(events).endsWith("close a");
    }

    @Test
    void drainsWhenTheJvmIsToldToEnd() throws Exception {
        Process process = new ProcessBuilder(
                        java.nio.file.Path.of(System.getProperty("java.home"), "bin", "java")
                                .toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        DrainingProgram.class.getName())
                .redirectErrorStream(true)
                .start();
        try (java.io.BufferedReader out = process.inputReader()) {
            assertThat(out.readLine()).isEqualTo("ready");
            // The handle's, since the process's own closes its output.
            process.toHandle().destroy();
            assertThat(out.lines()).containsExactly("drained", "closed");
        } finally {
            process.destroyForcibly();
        }
    }

    /** Runs until it is told to end. */
    static final class DrainingProgram {
        public static void main(String[] args) throws InterruptedException {
            Component tells = new Component() {
                @Override
                public String name() {
                    return "tells";
                }

                @Override
                public void drain(Duration within) {
                    System.out.println("drained");
                }

                @Override
                public void close() {
                    System.out.println("closed");
                }
            };
            Headroom.builder("program")
                    .readinessGrace(Duration.ZERO)
                    .plug(tells)
                    .drainOnShutdown()
                    .build();
            System.out.println("ready");
            new CountDownLatch(1).await();
        }
    }

    @Test
    void needsNoServletApiWithoutAWeb() throws Exception {
        List<java.net.URL> urls = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(java.io.File.pathSeparator)) {
            if (!entry.contains("servlet") && !entry.contains("tomcat")) {
                urls.add(java.nio.file.Path.of(entry).toUri().toURL());
            }
        }
        try (java.net.URLClassLoader bare =
                new java.net.URLClassLoader(urls.toArray(java.net.URL[]::new), ClassLoader.getPlatformClassLoader())) {
            assertThatThrownBy(() -> bare.loadClass("jakarta.servlet.ServletContext"))
                    .isInstanceOf(ClassNotFoundException.class);
            Runnable program = (Runnable) bare.loadClass(BareProgram.class.getName())
                    .getDeclaredConstructor()
                    .newInstance();
            program.run();
        }
    }

    /** Uses everything that has nothing to do with the web. */
    public static final class BareProgram implements Runnable {
        @Override
        public void run() {
            Headroom headroom = Headroom.builder("bare")
                    .readinessGrace(Duration.ZERO)
                    .healthCheck(HealthCheck.required("x", () -> {}))
                    .build();
            if (!headroom.health().report().ready() || !headroom.drain().complete()) {
                throw new IllegalStateException("not well");
            }
        }
    }
}
