package dev.headroom.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.annotation.Advice;
import dev.headroom.annotation.Enhancer;
import dev.headroom.annotation.InterceptedBy;
import dev.headroom.annotation.Interceptor;
import dev.headroom.annotation.InterceptorSlot;
import dev.headroom.annotation.MethodSite;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
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
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.interceptor.ExposeInvocationInterceptor;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/** What calls a method again does so on any thread, at any time and at the same time, and the advices inside see each call's own arguments. */
class RepeatedCallsTest {
    private static final int CALLS = 8;

    @Retention(RetentionPolicy.RUNTIME)
    @InterceptedBy("Spreads")
    @interface Spread {}

    private final ExecutorService threads = Executors.newFixedThreadPool(CALLS);
    private final List<Callable<Object>> later = new ArrayList<>();

    private final Interceptor<Spread> spreads = new Interceptor<>() {
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
                    later.add(() -> {
                        try {
                            return invocation.proceed(arguments);
                        } catch (Exception | Error thrown) {
                            throw thrown;
                        } catch (Throwable other) {
                            throw new AssertionError(other);
                        }
                    });
                }
                return invocation.proceed();
            };
        }
    };

    static class Echo {
        private volatile CyclicBarrier together = new CyclicBarrier(1);

        @Spread
        String echo(String text) throws Exception {
            together.await(30, TimeUnit.SECONDS);
            return text;
        }

        void together(int calls) {
            together = new CyclicBarrier(calls);
        }
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void callsOfOneInvocationDontMeet() throws Exception {
        ConcurrentLinkedQueue<Object> seen = new ConcurrentLinkedQueue<>();
        MethodInterceptor inner = invocation -> {
            Object current = ExposeInvocationInterceptor.currentInvocation().getArguments()[0];
            assertThat(invocation.getArguments()[0]).isSameAs(current);
            if (invocation.getMethod().getName().equals("echo")) {
                seen.add(current);
            }
            return invocation.proceed();
        };
        BeanPostProcessor last = new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                if (bean instanceof Echo && bean instanceof Advised advised) {
                    advised.addAdvisor(0, ExposeInvocationInterceptor.ADVISOR);
                    advised.addAdvice(inner);
                }
                return bean;
            }
        };
        try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
            context.registerBean(
                    HeadroomPostProcessor.class, () -> new HeadroomPostProcessor(() -> Enhancer.of(List.of(spreads))));
            context.registerBean("last", BeanPostProcessor.class, () -> last);
            context.register(Echo.class);
            context.refresh();
            Echo echo = context.getBean(Echo.class);
            assertThat(echo.echo("first")).isEqualTo("first");
            echo.together(CALLS);
            List<Object> answers = new ArrayList<>();
            for (Future<Object> answer : threads.invokeAll(later)) {
                answers.add(answer.get());
            }
            List<String> expected =
                    IntStream.range(0, CALLS).mapToObj(i -> "call" + i).toList();
            assertThat(answers).isEqualTo(expected);
            assertThat(seen).contains("first").containsAll(expected).hasSize(CALLS + 1);
        }
    }
}
