package dev.headroom.examples.cdi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.Component;
import dev.headroom.Contributions;
import dev.headroom.Headroom;
import dev.headroom.annotation.Advice;
import dev.headroom.annotation.Enhancer;
import dev.headroom.annotation.InterceptedBy;
import dev.headroom.annotation.InterceptorSlot;
import dev.headroom.annotation.Invocation;
import dev.headroom.annotation.MethodSite;
import dev.headroom.cdi.HeadroomEnhanced;
import dev.headroom.cdi.HeadroomInterceptor;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.enterprise.inject.se.SeContainerInitializer;
import jakarta.inject.Singleton;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InterceptorBinding;
import jakarta.interceptor.InvocationContext;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A method is called again on other threads, as a cache does that refreshes in the background. */
class OtherThreadsTest {
    private static final int CALLS = 8;
    private static final int ROUNDS = 100;
    private static final ConcurrentLinkedQueue<Object> NOTED = new ConcurrentLinkedQueue<>();
    private static final List<Callable<Object>> LATER = new ArrayList<>();

    private final ExecutorService threads = Executors.newFixedThreadPool(CALLS);

    @Retention(RetentionPolicy.RUNTIME)
    @InterceptedBy("Spreads")
    @interface Spread {}

    private static final dev.headroom.annotation.Interceptor<Spread> SPREADS =
            new dev.headroom.annotation.Interceptor<>() {
                @Override
                public Class<Spread> annotation() {
                    return Spread.class;
                }

                @Override
                public InterceptorSlot slot() {
                    return InterceptorSlot.METHOD;
                }

                @Override
                public Advice compile(Spread annotation, MethodSite site) {
                    return invocation -> {
                        for (int i = 0; i < CALLS; i++) {
                            Object[] arguments = {"call" + i};
                            LATER.add(() -> proceed(invocation, arguments));
                        }
                        return proceed(invocation, new Object[] {"changed"}) + ", " + invocation.proceed();
                    };
                }
            };

    private static Object proceed(Invocation invocation, Object[] arguments) throws Exception {
        try {
            return invocation.proceed(arguments);
        } catch (Exception | Error thrown) {
            throw thrown;
        } catch (Throwable other) {
            throw new AssertionError(other);
        }
    }

    @InterceptorBinding
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.TYPE)
    @interface Noted {}

    /** The application's own, further inwards. */
    @Interceptor
    @Noted
    @Priority(Interceptor.Priority.APPLICATION)
    static class Notes {
        @AroundInvoke
        Object around(InvocationContext context) throws Exception {
            NOTED.add(context.getParameters()[0]);
            return context.proceed();
        }
    }

    abstract static class Echo {
        private static volatile CyclicBarrier together = new CyclicBarrier(1);

        @Spread
        String echo(String text) throws Exception {
            together.await(30, TimeUnit.SECONDS);
            return text;
        }
    }

    @ApplicationScoped
    @HeadroomEnhanced
    @Noted
    static class SharedEcho extends Echo {}

    @Dependent
    @HeadroomEnhanced
    @Noted
    static class OwnEcho extends Echo {}

    @ApplicationScoped
    static class Spreading {
        @Produces
        @Singleton
        Headroom headroom() {
            return Headroom.builder("spread").plug(new SpreadComponent()).build();
        }
    }

    private static final class SpreadComponent implements Component {
        @Override
        public String name() {
            return "spread";
        }

        @Override
        public void contribute(Contributions to) {
            to.interceptor(SPREADS);
        }

        @Override
        public void close() {}
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
        NOTED.clear();
        LATER.clear();
    }

    @Test
    void callsOfOneBeanForAllDontMeet() throws Exception {
        callsDontMeet(SharedEcho.class);
    }

    @Test
    void callsOfABeanOfSomebodysOwnDontMeet() throws Exception {
        callsDontMeet(OwnEcho.class);
    }

    private void callsDontMeet(Class<? extends Echo> type) throws Exception {
        assertThat(Enhancer.concerns(type)).isTrue();
        try (SeContainer container = SeContainerInitializer.newInstance()
                .disableDiscovery()
                .addBeanClasses(
                        SharedEcho.class, OwnEcho.class, Spreading.class, Notes.class, HeadroomInterceptor.class)
                .initialize()) {
            Echo echo = container.select(type).get();
            Echo.together = new CyclicBarrier(1);
            assertThat(echo.echo("first")).isEqualTo("changed, first");
            assertThat(NOTED).containsExactly("changed", "first");
            Echo.together = new CyclicBarrier(CALLS);
            List<String> expected =
                    IntStream.range(0, CALLS).mapToObj(i -> "call" + i).toList();
            for (int round = 0; round < ROUNDS; round++) {
                NOTED.clear();
                List<Object> answers = new ArrayList<>();
                for (Future<Object> answer : threads.invokeAll(LATER)) {
                    answers.add(answer.get());
                }
                assertThat(answers).isEqualTo(expected);
                assertThat(NOTED).hasSize(CALLS).containsAll(expected);
            }
            NOTED.clear();
            Echo.together = new CyclicBarrier(1);
            assertThat(LATER.get(0).call())
                    .as("on the first thread, afterwards")
                    .isEqualTo("call0");
            assertThat(NOTED).containsExactly("call0");
        }
    }
}
