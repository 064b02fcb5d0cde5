package dev.headroom.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.annotation.Advice;
import dev.headroom.annotation.Enhancer;
import dev.headroom.annotation.InterceptedBy;
import dev.headroom.annotation.Interceptor;
import dev.headroom.annotation.InterceptorSlot;
import dev.headroom.annotation.MethodSite;
import dev.headroom.config.ConfigurationException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.support.AopUtils;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

class HeadroomPostProcessorTest {
    @Retention(RetentionPolicy.RUNTIME)
    @InterceptedBy("Retries")
    @interface Twice {}

    private static final Interceptor<Twice> TWICE = new Interceptor<>() {
        @Override
        public Class<Twice> annotation() {
            return Twice.class;
        }

        @Override
        public InterceptorSlot slot() {
            return InterceptorSlot.METHOD;
        }

        @Override
        public Advice compile(Twice annotation, MethodSite site) {
            return invocation -> {
                invocation.proceed();
                return invocation.proceed();
            };
        }
    };

    interface Counting {
        int next();
    }

    static class Counter implements Counting {
        private int count;

        @Override
        @Twice
        public int next() {
            return ++count;
        }

        int plain() {
            return count;
        }
    }

    static final class FinalCounter implements Counting {
        private int count;

        @Override
        @Twice
        public int next() {
            return ++count;
        }
    }

    static class Wrong {
        @Twice
        private int hidden() {
            return 0;
        }

        int open() {
            return hidden();
        }
    }

    static class Plain {}

    private final Enhancer enhancer = Enhancer.of(List.of(TWICE));

    private AnnotationConfigApplicationContext context(Class<?> bean) {
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        context.registerBean(HeadroomPostProcessor.class, () -> new HeadroomPostProcessor(() -> enhancer));
        context.register(bean);
        context.refresh();
        return context;
    }

    @Test
    void derivesAClassAndProceedsTwice() {
        try (AnnotationConfigApplicationContext context = context(Counter.class)) {
            Counter counter = context.getBean(Counter.class);
            assertThat(AopUtils.isCglibProxy(counter)).isTrue();
            assertThat(counter.next()).isEqualTo(2);
            assertThat(counter.plain()).isEqualTo(2);
        }
    }

    @Test
    void usesTheInterfacesOfAFinalClass() {
        try (AnnotationConfigApplicationContext context = context(FinalCounter.class)) {
            Counting counter = context.getBean(Counting.class);
            assertThat(AopUtils.isJdkDynamicProxy(counter)).isTrue();
            assertThat(counter.next()).isEqualTo(2);
        }
    }

    @Test
    void leavesAloneWhatHasNoAnnotationsOrIsEnhancedAlready() {
        try (AnnotationConfigApplicationContext context = context(Plain.class)) {
            assertThat(context.getBean(Plain.class)).isNotInstanceOf(Advised.class);
        }
        Counting enhanced = enhancer.enhance(Counting.class, new FinalCounter());
        HeadroomPostProcessor processor = new HeadroomPostProcessor(() -> enhancer);
        assertThat(processor.postProcessAfterInitialization(enhanced, "enhanced"))
                .isSameAs(enhanced);
    }

    @Test
    void failsTheStartWhenAnAnnotationCantTakeEffect() {
        assertThatThrownBy(() -> context(Wrong.class).close())
                .hasRootCauseInstanceOf(ConfigurationException.class)
                .hasStackTraceContaining(
                        "@Twice on Wrong.hidden: can't take effect (expected: a method that is not private)");
    }
}
