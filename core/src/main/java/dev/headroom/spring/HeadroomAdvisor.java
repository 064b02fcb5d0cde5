package dev.headroom.spring;

import dev.headroom.annotation.Enhancer;
import dev.headroom.annotation.MethodPlan;
import dev.headroom.annotation.TypePlan;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.aopalliance.aop.Advice;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.ClassFilter;
import org.springframework.aop.Pointcut;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.interceptor.ExposeInvocationInterceptor;
import org.springframework.aop.support.AbstractPointcutAdvisor;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.util.ClassUtils;

/** Applies to annotated methods, and runs their plans; a class's plan is compiled when its first bean is made. */
final class HeadroomAdvisor extends AbstractPointcutAdvisor {
    private static final long serialVersionUID = 1L;

    private final transient Supplier<Enhancer> enhancer;
    private final transient Map<Class<?>, Boolean> concerned = new ConcurrentHashMap<>();
    private final transient Map<Class<?>, TypePlan> plans = new ConcurrentHashMap<>();
    private final transient Pointcut pointcut = new AnnotatedMethods();
    private final transient Advice advice = (MethodInterceptor) this::invoke;

    HeadroomAdvisor(Supplier<Enhancer> enhancer) {
        this.enhancer = enhancer;
    }

    @Override
    public Pointcut getPointcut() {
        return pointcut;
    }

    @Override
    public Advice getAdvice() {
        return advice;
    }

    private final class AnnotatedMethods extends StaticMethodMatcherPointcut {
        AnnotatedMethods() {
            setClassFilter(new ConcernedClasses());
        }

        @Override
        public boolean matches(Method method, Class<?> targetClass) {
            return plan(method, targetClass).isPresent();
        }
    }

    private final class ConcernedClasses implements ClassFilter {
        @Override
        public boolean matches(Class<?> type) {
            return concerned.computeIfAbsent(ClassUtils.getUserClass(type), Enhancer::concerns);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    private Optional<MethodPlan> plan(Method method, Class<?> targetClass) {
        Class<?> type = ClassUtils.getUserClass(targetClass);
        TypePlan plan = plans.get(type);
        if (plan == null) {
            plan = enhancer.get().plan(type);
            plans.put(type, plan);
        }
        return plan.of(method);
    }

    private @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
        Object target = invocation.getThis();
        Class<?> type = target == null ? invocation.getMethod().getDeclaringClass() : AopUtils.getTargetClass(target);
        Optional<MethodPlan> plan = plan(invocation.getMethod(), type);
        if (plan.isEmpty()) {
            return invocation.proceed();
        }
        if (!(invocation instanceof ProxyMethodInvocation repeatable)) {
            throw new IllegalStateException("spring: " + invocation.getClass().getName()
                    + " can't be repeated (expected: a ProxyMethodInvocation, as Spring's proxies make)");
        }
        // A copy for each call: they may run at the same time, and on threads for which Spring's current invocation has
        // to be set anew.
        return plan.get()
                .invoke(
                        invocation.getArguments(),
                        arguments -> ExposeInvocationInterceptor.INSTANCE.invoke(repeatable.invocableClone(arguments)));
    }
}
